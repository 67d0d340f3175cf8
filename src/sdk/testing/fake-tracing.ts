import { TraceContext } from '../hooks/trace-context.js';
import { Tracing } from '../ports/tracing.js';

/** Tracing that a test can look at: off until it is turned on, and then each request is recorded. */
export class FakeTracing extends Tracing {
  ratio: number | undefined;

  turnOn(ratio: number): void {
    this.ratio = ratio;
  }

  begin(traceparent: string | undefined): TraceContext | undefined {
    if (this.ratio === undefined) return undefined;
    return TraceContext.parse(traceparent)?.child() ?? TraceContext.root(true);
  }
}
