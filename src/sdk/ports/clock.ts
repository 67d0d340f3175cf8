/** The time, so that a test can set it. */
export abstract class Clock {
  /** Milliseconds since the epoch. */
  abstract now(): number;
}
