import { Injectable } from '@nestjs/common';
import { TraceContext, Tracing } from '@berth/sdk';

/** Gives each request a span once somebody wants them: ids are random, and cost nothing before. */
@Injectable()
export class RequestSpans extends Tracing {
  #ratio: number | undefined;

  turnOn(ratio: number): void {
    this.#ratio = ratio;
  }

  begin(traceparent: string | undefined): TraceContext | undefined {
    if (this.#ratio === undefined) return undefined;
    return TraceContext.parse(traceparent)?.child() ?? TraceContext.root(Math.random() < this.#ratio);
  }
}
