import { AsyncLocalStorage } from 'node:async_hooks';
import { type HookContext, TraceContext } from '@berth/sdk';

const spans = new AsyncLocalStorage<TraceContext>();

/**
 * Does `work` on behalf of a request: what upstreams are asked for it, now and by what it leaves behind, is part of the trace of that
 * request. Carried beside the arguments, since nothing on the way has to do with it.
 */
export function causedBy<Result>({ traceparent }: Pick<HookContext, 'traceparent'>, work: () => Result): Result {
  const span = TraceContext.parse(traceparent);
  return span ? spans.run(span, work) : work();
}

/** The span of the request that caused what is done now; `undefined` where nothing is traced, or nobody has asked. */
export function causingSpan(): TraceContext | undefined {
  return spans.getStore();
}
