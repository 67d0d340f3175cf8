import { Clock } from '@berth/sdk';

/** A clock that stands still until a test moves it. Begins at the machine's time, since files carry that. */
export class FakeClock extends Clock {
  private time = Date.now();

  now(): number {
    return this.time;
  }

  /** `duration`: milliseconds; below zero, the clock is set back. */
  advance(duration: number): void {
    this.time += duration;
  }
}
