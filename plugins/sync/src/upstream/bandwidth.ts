/** Timers are no finer than this: what is due sooner goes at once, and is made up for by what follows. Milliseconds. */
const FINEST = 1;
const SMALLEST_PIECE = 1024;
const LARGEST_PIECE = 65_536;

/** Bounds the bytes that come from one upstream, over all its transfers together: each takes its turn, piece by piece. */
export class Bandwidth {
  #bytesPerSecond: number | undefined;
  /** When all that was taken has had its time, by the machine's steady clock, in milliseconds. */
  #paid = 0;

  /** `undefined`: no bound. */
  constructor(bytesPerSecond: number | undefined) {
    this.#bytesPerSecond = bytesPerSecond;
  }

  get isBounded(): boolean {
    return this.#bytesPerSecond !== undefined;
  }

  /** How much one takes at a time, so that of many transfers none is silent for long. Bytes. */
  get piece(): number {
    return Math.min(Math.max(Math.floor((this.#bytesPerSecond ?? Infinity) / 100), SMALLEST_PIECE), LARGEST_PIECE);
  }

  /** Transfers that go on keep to it from their next piece on. */
  change(bytesPerSecond: number | undefined): void {
    const now = performance.now();
    const before = this.#bytesPerSecond;
    const debt = before === undefined ? 0 : Math.max(this.#paid - now, 0) * before;
    this.#bytesPerSecond = bytesPerSecond;
    this.#paid = bytesPerSecond === undefined ? 0 : now + debt / bytesPerSecond;
  }

  /** Counts what has come without a turn: whatever waits for one waits longer. */
  charge(bytes: number): void {
    this.#reserve(bytes);
  }

  /** Resolves when so many bytes may go on. Rejects as soon as `signal` aborts. */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const wait = this.#reserve(bytes);
    if (wait >= FINEST) await sleep(wait, signal);
  }

  /** Milliseconds until it is their turn: when all before them has had its time. */
  #reserve(bytes: number): number {
    if (this.#bytesPerSecond === undefined) return 0;
    const now = performance.now();
    const turn = Math.max(now, this.#paid);
    this.#paid = turn + (bytes * 1000) / this.#bytesPerSecond;
    return turn - now;
  }
}

async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, milliseconds, undefined);
  const onAbort = (): void => {
    reject(signal.reason as Error);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
