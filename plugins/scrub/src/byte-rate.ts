import { setTimeout as delay } from 'node:timers/promises';

export interface RateTimer {
  /** Milliseconds that only grow. */
  now(): number;
  pause(milliseconds: number, signal: AbortSignal): Promise<void>;
}

const REAL: RateTimer = {
  now: () => performance.now(),
  pause: (milliseconds, signal) => delay(milliseconds, undefined, { signal }),
};

/** Pauses shorter than this cost more than they spare, in milliseconds. */
const SHORTEST_PAUSE = 5;

/** Keeps whoever reports what they read at a number of bytes a second. */
export class ByteRate {
  /** When what was read so far has taken as long as it should. */
  #due = 0;

  /** `bytesPerSecond`: 0 for no bound. */
  constructor(
    private readonly bytesPerSecond: number,
    private readonly timer: RateTimer = REAL,
  ) {}

  /** Resolves when `bytes`, which have been read, have taken their time; rejects once `signal` aborts. */
  async spend(bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.bytesPerSecond === 0) return;
    const now = this.timer.now();
    this.#due = Math.max(this.#due, now) + (bytes / this.bytesPerSecond) * 1000;
    const ahead = this.#due - now;
    if (ahead >= SHORTEST_PAUSE) await this.timer.pause(ahead, signal);
  }
}
