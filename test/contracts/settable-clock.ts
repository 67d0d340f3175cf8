import { Clock } from '@berth/sdk';

/** A clock that stands still until a test moves it. It begins at the machine's time, which files are stamped with. */
export class SettableClock extends Clock {
  #now: number;

  constructor(now = Date.now()) {
    super();
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}
