export interface DeadlineOptions<Result> {
  /** Milliseconds. */
  readonly deadline: number;
  /** Whose end ends the work; `undefined` where only the deadline does. */
  readonly signal: AbortSignal | undefined;
  /** What becomes of the work after nobody waits for it any more. */
  readonly onLate: (outcome: PromiseSettledResult<Result>) => void;
}

/** Runs `work` until it is done, the deadline is over, or the signal aborts; the latter two reject. */
export async function withDeadline<Result>(
  { deadline, signal, onLate }: DeadlineOptions<Result>,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  signal?.throwIfAborted();
  // Cleared once there is an answer: what streams on after it is not bounded.
  const expiry = new AbortController();
  const bounded = signal ? AbortSignal.any([signal, expiry.signal]) : expiry.signal;
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => {
    aborted.reject(bounded.reason as Error);
  };
  bounded.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => {
    expiry.abort(new DOMException(`There was no answer within ${String(deadline)} ms.`, 'TimeoutError'));
  }, deadline);
  // An async function, so that a throw is a rejection and nonsense an answer.
  const working = (async () => work(bounded))();
  try {
    return await Promise.race([working, aborted.promise]);
  } catch (cause) {
    if (bounded.aborted) void settled(working).then(onLate);
    throw cause;
  } finally {
    clearTimeout(timer);
    bounded.removeEventListener('abort', onAbort);
  }
}

async function settled<Result>(working: Promise<Result>): Promise<PromiseSettledResult<Result>> {
  const [outcome] = await Promise.allSettled([working]);
  return outcome;
}
