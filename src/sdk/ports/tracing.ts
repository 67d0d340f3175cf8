import type { TraceContext } from '../hooks/trace-context.js';

/**
 * Whether requests are traced: not before a plugin that can send spans somewhere turns it on. From then on each request has a span of its
 * own, which `request.completed` tells at its end and hooks are given as `traceparent`.
 */
export abstract class Tracing {
  /** `ratio`: which share of the requests that come without a decision of their caller is to be sent somewhere, 0 to 1. */
  abstract turnOn(ratio: number): void;
  /** The span of a request that arrives with this `traceparent`; `undefined` while tracing is off. */
  abstract begin(traceparent: string | undefined): TraceContext | undefined;
}
