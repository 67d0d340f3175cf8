import { HOOK_KINDS, type HookKind, type HookName } from '@berth/sdk';

/** How long a handler may take, in milliseconds. For a source: until it says what it found, not the stream of it. */
const DEADLINES: Readonly<Record<HookKind, number>> = { gate: 10_000, source: 30_000, notify: 60_000 };

export function deadlineOf(name: HookName): number {
  return DEADLINES[HOOK_KINDS[name]];
}

/** Runs `work` until it is done, `deadline` milliseconds are over, or `signal` aborts; the latter two reject. */
export async function withDeadline<Result>(
  deadline: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted();
  // Cleared once there is an answer: what streams on after it is not bounded.
  const expiry = new AbortController();
  const timer = setTimeout(() => {
    expiry.abort(new DOMException(`There was no answer within ${deadline} ms.`, 'TimeoutError'));
  }, deadline);
  const bounded = AbortSignal.any([signal, expiry.signal]);
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => {
    aborted.reject(bounded.reason as Error);
  };
  bounded.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work(bounded), aborted.promise]);
  } finally {
    clearTimeout(timer);
    bounded.removeEventListener('abort', onAbort);
  }
}
