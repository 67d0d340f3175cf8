import type { TraceContext } from '@berth/sdk';
import type { IdGenerator } from '@opentelemetry/sdk-trace';

/** Gives the next span the ids that it has already: those that it caused something at have been told them. */
export class GivenIds implements IdGenerator {
  #next: Pick<TraceContext, 'traceId' | 'spanId'> = { traceId: '', spanId: '' };

  use(span: TraceContext): void {
    this.#next = span;
  }

  generateTraceId(): string {
    return this.#next.traceId;
  }

  generateSpanId(): string {
    return this.#next.spanId;
  }
}
