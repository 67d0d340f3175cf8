import type { GateContext } from '../hooks/hook-handler.js';

/** What a handler of a hook is given. A gate's warnings are kept. */
export class FakeContext implements GateContext {
  readonly warnings: string[] = [];
  readonly actor: string | undefined;
  readonly requestId: string | undefined;
  readonly signal: AbortSignal;
  readonly traceparent: string | undefined;

  constructor(context: Partial<Omit<GateContext, 'warn'>> = {}) {
    this.actor = context.actor;
    this.requestId = context.requestId ?? 'request-1';
    this.signal = context.signal ?? new AbortController().signal;
    this.traceparent = context.traceparent;
  }

  warn(text: string): void {
    this.warnings.push(text);
  }
}
