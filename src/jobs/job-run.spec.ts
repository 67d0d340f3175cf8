import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Clock, Notifier } from '@berth/sdk';
import { RegistryLogger } from '../logging/registry-logger.js';
import type { Database } from '../metadata/database.js';
import { type JobEnd, JobRuns } from '../metadata/job-runs.js';
import { type Lease, type LeaseRequest, Leases } from '../metadata/leases.js';
import { InMemoryMeter } from '../metering/in-memory-meter.js';
import type { Job } from './job.js';
import { JobRun } from './job-run.js';

class StandingClock extends Clock {
  now(): number {
    return 1000;
  }
}

class RememberingNotifier extends Notifier {
  readonly told: unknown[] = [];

  override notify(name: string, event: object): void {
    this.told.push({ name, ...event });
  }
}

/** One lease for all processes of a test. */
class FakeLeases extends Leases {
  readonly held = new Map<string, string>();
  readonly durations: number[] = [];
  failure: Error | undefined;

  constructor() {
    // Every method that would ask the database is overridden.
    super(undefined as unknown as Database);
  }

  override async acquire({ name, holder, duration }: LeaseRequest): Promise<Lease | undefined> {
    if (this.failure) throw this.failure;
    this.durations.push(duration);
    const current = this.held.get(name);
    if (current !== undefined && current !== holder) return undefined;
    this.held.set(name, holder);
    return { name, holder, fence: 1 };
  }

  override async release({ name, holder }: Pick<Lease, 'name' | 'holder'>): Promise<void> {
    if (this.held.get(name) === holder) this.held.delete(name);
  }
}

/** Remembers what was written, in order. */
class FakeJobRuns extends JobRuns {
  readonly written: object[] = [];
  failure: Error | undefined;

  constructor() {
    // Every method that would ask the database is overridden.
    super(undefined as unknown as Database);
  }

  override async started(name: string, startedAt: number): Promise<void> {
    if (this.failure) throw this.failure;
    this.written.push({ name, startedAt });
  }

  override async ended(end: JobEnd): Promise<void> {
    this.written.push(end);
  }
}

let record: FakeJobRuns;
let leases: FakeLeases;
let notifier: RememberingNotifier;
let runs: JobRun;
let finish: () => void;

function aProcess(): JobRun {
  const logger = new RegistryLogger(new PassThrough(), 'silent');
  return new JobRun(leases, record, new StandingClock(), notifier, logger, new InMemoryMeter());
}

function jobOf(run: Job['run'], more: Partial<Job> = {}): Job {
  return { name: 'sweep', schedule: { every: 1000 }, timeout: 60_000, run, ...more };
}

/** A job that runs until `finish` is called. */
function waitingJob(): Job {
  const finished = new Promise<void>((resolve) => (finish = resolve));
  return jobOf(() => finished);
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });

beforeEach(() => {
  leases = new FakeLeases();
  record = new FakeJobRuns();
  notifier = new RememberingNotifier();
  runs = aProcess();
  finish = () => {};
});

afterEach(() => {
  finish();
});

describe('a run of a job', () => {
  it('succeeds, gives its lease up and is told of', async () => {
    expect(await runs.start(jobOf(async () => {}))).toBe('succeeded');
    expect(leases.held.size).toBe(0);
    expect(notifier.told).toEqual([{ name: 'job.completed', job: 'sweep', outcome: 'succeeded', duration: 0 }]);
  });

  it('is skipped while one of the same job is under way', async () => {
    const first = runs.start(waitingJob());
    expect(await runs.start(jobOf(async () => {}))).toBe('skipped');

    finish();
    expect(await first).toBe('succeeded');
    expect(await runs.start(jobOf(async () => {}))).toBe('succeeded');
  });

  it('does not hold up another job', async () => {
    const first = runs.start(waitingJob());

    expect(await runs.start(jobOf(async () => {}, { name: 'other' }))).toBe('succeeded');
    finish();
    await first;
  });

  it('is skipped while another process has the lease', async () => {
    const elsewhere = aProcess().start(waitingJob());
    expect(await runs.start(jobOf(async () => expect.fail('it ran twice')))).toBe('skipped');

    finish();
    await elsewhere;
    expect(await runs.start(jobOf(async () => {}))).toBe('succeeded');
  });

  it('has failed where it throws, and the next one runs', async () => {
    expect(await runs.start(jobOf(() => Promise.reject(new Error('a bug'))))).toBe('failed');
    expect(leases.held.size).toBe(0);
    expect(await runs.start(jobOf(async () => {}))).toBe('succeeded');
  });

  it('has failed where the lease cannot be taken', async () => {
    leases.failure = new Error('the disk is full');

    expect(await runs.start(jobOf(async () => expect.fail('it ran')))).toBe('failed');
  });

  it('is aborted at its timeout', async () => {
    expect(await runs.start(jobOf(untilAborted, { timeout: 5 }))).toBe('aborted');
    expect(notifier.told).toMatchObject([{ outcome: 'aborted' }]);
  });
});

describe('the record of a run', () => {
  it('has its start, its end and its outcome', async () => {
    await runs.start(jobOf(async () => {}));

    expect(record.written).toEqual([
      { name: 'sweep', startedAt: 1000 },
      { name: 'sweep', endedAt: 1000, outcome: 'succeeded', error: undefined },
    ]);
  });

  it.each([
    ['failed', jobOf(() => Promise.reject(new TypeError('a bug'))), 'TypeError: a bug'],
    ['aborted', jobOf(untilAborted, { timeout: 5 }), 'TimeoutError: The operation was aborted due to timeout'],
  ])('says why it %s', async (outcome, job, error) => {
    await runs.start(job);

    expect(record.written.at(-1)).toMatchObject({ outcome, error });
  });

  it('is no condition of running', async () => {
    record.failure = new Error('the disk is full');

    expect(await runs.start(jobOf(async () => {}))).toBe('succeeded');
  });

  it('leaves out what was skipped', async () => {
    const first = runs.start(waitingJob());
    await runs.start(jobOf(async () => {}));
    finish();
    await first;

    expect(record.written).toHaveLength(2);
  });
});

describe('stopping', () => {
  it('aborts what runs and waits for its end', async () => {
    let hasEnded = false;
    const run = runs.start(
      jobOf(async (signal) => {
        // It rejects with the abort that this job waits for.
        await untilAborted(signal).catch(() => {});
        await new Promise(setImmediate);
        hasEnded = true;
        throw new Error('stopped');
      }),
    );
    await new Promise(setImmediate);
    await runs.stop(10_000);

    expect(hasEnded).toBe(true);
    expect(await run).toBe('aborted');
  });

  it('waits no longer than it may for a job that does not end, and records nothing of it afterwards', async () => {
    const run = runs.start(waitingJob());
    await new Promise(setImmediate);
    await runs.stop(5);
    const before = record.written.length;
    finish();
    await run;

    expect(record.written).toHaveLength(before);
    expect(notifier.told).toEqual([]);
  });

  it('lets no other run begin', async () => {
    await runs.stop(10_000);

    expect(await runs.start(jobOf(async () => expect.fail('it ran')))).toBe('skipped');
  });

  it('is done at once where nothing runs', async () => {
    await expect(runs.stop(10_000)).resolves.toBeUndefined();
  });
});

describe('the lease of a run', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is held for a minute at a time, and renewed while the run goes on', async () => {
    vi.useFakeTimers();
    const run = runs.start(waitingJob());
    await vi.advanceTimersByTimeAsync(45_000);
    expect(leases.durations).toEqual([60_000, 60_000, 60_000]);
    finish();
    expect(await run).toBe('succeeded');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(leases.durations).toHaveLength(3);
  });

  it('that another process has taken meanwhile ends the run', async () => {
    vi.useFakeTimers();
    const run = runs.start(jobOf(untilAborted));
    await vi.advanceTimersByTimeAsync(1);
    leases.held.set('job:sweep', 'another');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await run).toBe('aborted');
  });
});
