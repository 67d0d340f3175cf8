export interface DeadlineOptions<Result> {
  /** Milliseconds. */
  readonly deadline: number;
  /** Whose end ends the work; `undefined` where only the deadline does. */
  readonly signal: AbortSignal | undefined;
  /** What becomes of the work after nobody waits for it any more. */
  readonly onLate: (outcome: PromiseSettledResult<Result>) => void;
}

/**
 * Runs `work` until it is done, the deadline is over, or the signal aborts; the latter two reject. `work` asks for the signal that
 * says so: most work of a pull never looks at it, and making it costs more than that work.
 */
export async function withDeadline<Result>(
  { deadline, signal, onLate }: DeadlineOptions<Result>,
  work: (boundedSignal: () => AbortSignal) => Promise<Result>,
): Promise<Result> {
  signal?.throwIfAborted();
  const expiry = new Expiry(signal);
  const ended = Promise.withResolvers<never>();
  const onAbort = (): void => {
    ended.reject(signal?.reason);
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  // Cleared once there is an answer: what streams on after it is not bounded.
  const timer = setTimeout(() => {
    ended.reject(expiry.expire(new DOMException(`There was no answer within ${String(deadline)} ms.`, 'TimeoutError')));
  }, deadline);
  // An async function, so that a throw is a rejection and nonsense an answer.
  const working = (async () => work(() => expiry.signal))();
  try {
    return await Promise.race([working, ended.promise]);
  } catch (cause) {
    if (expiry.isExpired || signal?.aborted) void settled(working).then(onLate);
    throw cause;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** A signal that aborts with another one or when it expires, made when somebody wants it. */
class Expiry {
  #controller: AbortController | undefined;
  #signal: AbortSignal | undefined;
  #cause: Error | undefined;

  constructor(private readonly parent: AbortSignal | undefined) {}

  get signal(): AbortSignal {
    if (this.#signal) return this.#signal;
    this.#controller = new AbortController();
    if (this.#cause !== undefined) this.#controller.abort(this.#cause);
    const { signal } = this.#controller;
    return (this.#signal = this.parent ? AbortSignal.any([this.parent, signal]) : signal);
  }

  get isExpired(): boolean {
    return this.#cause !== undefined;
  }

  expire(cause: Error): Error {
    this.#cause = cause;
    this.#controller?.abort(cause);
    return cause;
  }
}

async function settled<Result>(working: Promise<Result>): Promise<PromiseSettledResult<Result>> {
  const [outcome] = await Promise.allSettled([working]);
  return outcome;
}
