import { SchedulerRegistry } from '@nestjs/schedule';
import { Clock } from '@berth/sdk';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Database } from '../metadata/database.js';
import { type JobRecord, JobRuns } from '../metadata/job-runs.js';
import type { Job } from './job.js';
import type { JobRun, RunOutcome } from './job-run.js';
import { JobScheduler } from './job-scheduler.js';

const HOUR = 3_600_000;

class RealClock extends Clock {
  now(): number {
    return Date.now();
  }
}

/** What earlier servers have left. */
class FakeJobRuns extends JobRuns {
  readonly known = new Map<string, JobRecord>();

  constructor() {
    // Every method that would ask the database is overridden.
    super(undefined as unknown as Database);
  }

  override register(): Promise<ReadonlyMap<string, JobRecord>> {
    return Promise.resolve(this.known);
  }
}

/** Remembers when which job was started. */
class FakeRuns implements Pick<JobRun, 'start' | 'stop'> {
  readonly starts: string[] = [];
  waited: number | undefined;

  start({ name }: Job): Promise<RunOutcome> {
    this.starts.push(`${name} ${new Date().toISOString().slice(11, 19)}`);
    return Promise.resolve('succeeded');
  }

  stop(within: number): Promise<void> {
    this.waited = within;
    return Promise.resolve();
  }
}

let record: FakeJobRuns;
let runs: FakeRuns;
let scheduler: JobScheduler;

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-24T12:00:00Z') });
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  record = new FakeJobRuns();
  runs = new FakeRuns();
  // Only what the scheduler calls is there.
  scheduler = new JobScheduler(new SchedulerRegistry(), runs as unknown as JobRun, record, new RealClock());
});

afterEach(async () => {
  await scheduler.stop(0);
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function job(name: string, more: Partial<Job>): Job {
  return { name, schedule: { every: HOUR }, timeout: HOUR, run: () => Promise.resolve(), ...more };
}

function lastStarted(name: string, ago: number): void {
  const startedAt = Date.now() - ago;
  record.known.set(name, {
    name,
    knownSince: startedAt,
    startedAt,
    endedAt: undefined,
    outcome: undefined,
    error: undefined,
  });
}

describe('the scheduler', () => {
  it('starts a job that has never run soon, and then at its interval', async () => {
    scheduler.add(job('sweep', {}));
    await scheduler.start();
    await vi.advanceTimersByTimeAsync(2 * HOUR);

    expect(runs.starts).toEqual(['sweep 12:00:30', 'sweep 13:00:30']);
  });

  it('starts a daily job although the server restarts daily', async () => {
    lastStarted('scrub', 25 * HOUR);
    lastStarted('fresh', 23.5 * HOUR);
    for (const name of ['scrub', 'fresh']) scheduler.add(job(name, { schedule: { every: 24 * HOUR } }));
    await scheduler.start();
    await vi.advanceTimersByTimeAsync(HOUR);

    expect(runs.starts).toEqual(['scrub 12:00:30', 'fresh 12:30:00']);
  });

  it('lets a job wait for its first interval where it says so', async () => {
    scheduler.add(job('collect', { firstRun: 'afterInterval' }));
    await scheduler.start();
    await vi.advanceTimersByTimeAsync(2 * HOUR);

    expect(runs.starts).toEqual(['collect 13:00:00', 'collect 14:00:00']);
  });

  it('starts a job when its cron expression says, in UTC', async () => {
    scheduler.add(job('nightly', { schedule: { cron: '30 14 * * *' } }));
    scheduler.add(job('often', { schedule: { cron: '*/20 0 13 * * *' } }));
    await scheduler.start();
    await vi.advanceTimersByTimeAsync(3 * HOUR);

    expect(runs.starts).toEqual(['often 13:00:00', 'often 13:00:20', 'often 13:00:40', 'nightly 14:30:00']);
  });

  it('starts none any more once it is stopped, and says how long runs may take', async () => {
    for (const schedule of [{ every: HOUR }, { cron: '* * * * *' }])
      scheduler.add(job(`job ${JSON.stringify(schedule)}`, { schedule }));
    await scheduler.start();
    await scheduler.stop(1234);
    await vi.advanceTimersByTimeAsync(24 * HOUR);

    expect(runs.starts).toEqual([]);
    expect(runs.waited).toBe(1234);
  });

  it('takes no job with an invalid schedule, and none twice', () => {
    scheduler.add(job('sweep', {}));

    expect(() => {
      scheduler.add(job('sweep', {}));
    }).toThrow('two jobs sweep');
    expect(() => {
      scheduler.add(job('other', { schedule: { cron: 'never' } }));
    }).toThrow('The job other');
  });
});
