import type { Schedule } from '@berth/sdk';
import { describe, expect, it } from 'vitest';
import { checkSchedule, firstDelay } from './job-schedule.js';

const HOUR = 3_600_000;
const check =
  (schedule: unknown, timeout = 1000) =>
  (): void => {
    checkSchedule({ name: 'scrub.scrub', schedule: schedule as Schedule, timeout });
  };

describe('a schedule', () => {
  it.each([{ every: 1 }, { every: 24 * HOUR }, { cron: '0 3 * * *' }, { cron: '*/10 0 3 * * 1-5' }])(
    'may be %j',
    (schedule) => {
      expect(check(schedule)).not.toThrow();
    },
  );

  it.each([
    undefined,
    'daily',
    {},
    { every: 0 },
    { every: -1 },
    { every: Number.NaN },
    { every: '24h' },
    { cron: '' },
    { cron: '@daily' },
    { cron: '* * * *' },
    { cron: '* * * * * * *' },
    { cron: '61 * * * *' },
    { cron: 'a b c d e' },
    { cron: '0 0 30 2 *' },
    { cron: 5 },
  ])('may not be %j, and the message names the job', (schedule) => {
    expect(check(schedule)).toThrow(/^The job scrub\.scrub has no valid schedule: /);
  });

  it.each([0, -5, Number.NaN])('may not come with a time-out of %d', (timeout) => {
    expect(check({ every: 1000 }, timeout)).toThrow('The job scrub.scrub has no valid time-out');
  });
});

describe('the first run of a job after a start', () => {
  const now = 1_000_000 * HOUR;

  it('comes within a tenth of its interval, and within a minute, where it is due', () => {
    expect(firstDelay(24 * HOUR, undefined, now, 1)).toBe(60_000);
    expect(firstDelay(1000, undefined, now, 0.5)).toBe(50);
    expect(firstDelay(24 * HOUR, now - 25 * HOUR, now, 0)).toBe(0);
  });

  it('comes when its interval has passed since the last start, however often the server restarts', () => {
    expect(firstDelay(24 * HOUR, now - 23 * HOUR, now, 1)).toBe(HOUR);
  });

  it('comes after one interval at the latest, also where the clock was set back', () => {
    expect(firstDelay(HOUR, now + 48 * HOUR, now, 1)).toBe(HOUR);
  });
});
