import { describe, expect, it } from 'vitest';
import { GraceTime } from './grace-time.js';

const HOUR = 3_600_000;
const WEEK = 7 * 24 * HOUR;

describe('a mark', () => {
  it.each([
    ['an hour', HOUR, 36_000],
    ['a week', WEEK, 60_000],
    ['a second', 1000, 10],
    ['nothing', 0, 0],
  ])('with a grace time of %s is as precise as a hundredth of it, and as a minute', (_, delay, precision) => {
    expect(new GraceTime(delay).precision).toBe(precision);
  });

  it('tells a question that comes before it is so old', () => {
    const graceTime = new GraceTime(HOUR);

    expect(graceTime.isTold(1000, 1000 + 35_999)).toBe(true);
    expect(graceTime.isTold(1000, 1000 + 36_000)).toBe(false);
  });

  it('tells a question before its time, of a clock that was set back, since it ends no earlier', () => {
    expect(new GraceTime(HOUR).isTold(1000, 500)).toBe(true);
  });

  it.each([0, 1000, HOUR, WEEK])('ends no earlier than %i ms after any question that it tells', (delay) => {
    const graceTime = new GraceTime(delay);
    const seen = 1_000_000;
    const lastTold = Math.max(seen, seen + graceTime.precision - 1);
    const firstEnd = lastTold + delay;

    expect(graceTime.endedBefore(firstEnd)).toBeLessThanOrEqual(seen);
  });
});
