/** Lets one loop sleep until it is woken, `longest` milliseconds are over, or `signal` aborts, whichever is first. */
export class WakeUp {
  #isAwake = false;
  #rise: (() => void) | undefined;

  constructor(
    private readonly signal: AbortSignal,
    private readonly longest: number,
  ) {}

  /** Ends the sleep there is, or else the next. */
  wake(): void {
    this.#isAwake = true;
    this.#rise?.();
  }

  /** To be called before looking for work: what comes after it ends the next sleep. */
  reset(): void {
    this.#isAwake = false;
  }

  async sleep(): Promise<void> {
    if (this.#isAwake || this.signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const rise = (): void => {
      resolve(undefined);
    };
    const timer = setTimeout(rise, this.longest).unref();
    this.signal.addEventListener('abort', rise, { once: true });
    this.#rise = rise;
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.signal.removeEventListener('abort', rise);
      this.#rise = undefined;
    }
  }
}
