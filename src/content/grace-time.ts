const MINUTE = 60_000;

/**
 * How long garbage stays that somebody has asked about: `storage.gcDelay`. A mark that is younger than `precision` is not
 * made anew, so that what is asked about again and again is not written again and again; collecting counts that much more,
 * so that nothing goes earlier than the grace time after the last question.
 */
export class GraceTime {
  /** Milliseconds by which a mark may be older than the question it stands for: at most a hundredth. */
  readonly precision: number;

  constructor(
    /** Milliseconds. */
    readonly delay: number,
  ) {
    this.precision = Math.min(delay / 100, MINUTE);
  }

  /** Whether a question at `now` is told by a mark at `lastSeen`. A mark of the future, of a clock set back, tells it too. */
  isTold(lastSeen: number, now: number): boolean {
    return now - lastSeen < this.precision;
  }

  /** Marks before this time are of what nobody has asked about for the grace time. */
  endedBefore(now: number): number {
    return now - this.delay - this.precision;
  }
}
