import { Clock } from '../ports/clock.js';

/** A clock that stands still until it is moved. */
export class FakeClock extends Clock {
  /** `time`: milliseconds since the epoch. */
  constructor(private time = Date.UTC(2030, 0, 1)) {
    super();
  }

  now(): number {
    return this.time;
  }

  advance(milliseconds: number): void {
    this.time += milliseconds;
  }
}
