import { setTimeout as delay } from 'node:timers/promises';

export interface SlotLimits {
  /** Most at once; 0: no bound. */
  readonly atOnce: number;
  /** Most that begin in a second; `undefined`: no bound. */
  readonly perSecond: number | undefined;
}

/** Lets so many requests go at once, and so many in a second; the others wait in turn. */
export class RequestSlots {
  readonly #waiting: (() => void)[] = [];
  #taken = 0;
  /** When the next may begin, by the machine's steady clock, in milliseconds. */
  #next = 0;

  constructor(private readonly limits: SlotLimits) {}

  /** Resolves when it is one's turn, with what gives the slot back. Rejects as soon as `signal` aborts. */
  async take(signal: AbortSignal): Promise<() => void> {
    await this.#awaitSlot(signal);
    let isHeld = true;
    const release = (): void => {
      if (isHeld) this.#release();
      isHeld = false;
    };
    try {
      await this.#awaitRate(signal);
      return release;
    } catch (cause) {
      release();
      throw cause;
    }
  }

  async #awaitSlot(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { atOnce } = this.limits;
    if (atOnce === 0 || this.#taken < atOnce) {
      this.#taken += 1;
      return;
    }
    const turn = Promise.withResolvers<undefined>();
    const wake = (): void => {
      turn.resolve(undefined);
    };
    const onAbort = (): void => {
      const at = this.#waiting.indexOf(wake);
      if (at >= 0) this.#waiting.splice(at, 1);
      turn.reject(signal.reason as Error);
    };
    this.#waiting.push(wake);
    signal.addEventListener('abort', onAbort, { once: true });
    await turn.promise.finally(() => {
      signal.removeEventListener('abort', onAbort);
    });
  }

  async #awaitRate(signal: AbortSignal): Promise<void> {
    const { perSecond } = this.limits;
    if (perSecond === undefined) return;
    const now = performance.now();
    const at = Math.max(now, this.#next);
    this.#next = at + 1000 / perSecond;
    if (at > now) await delay(at - now, undefined, { signal, ref: false });
  }

  #release(): void {
    const next = this.#waiting.shift();
    // The slot passes from hand to hand.
    if (next) next();
    else this.#taken -= 1;
  }
}
