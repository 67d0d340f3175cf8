import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Clock, type Histogram, Meter, Notifier } from '@berth/sdk';
import { RegistryLogger } from '../logging/registry-logger.js';
import { JobRuns } from '../metadata/job-runs.js';
import { type Lease, Leases } from '../metadata/leases.js';
import type { JobOutcome } from '../metadata/schema.js';
import type { Job } from './job.js';
import { LONGEST_TIMER } from './job-schedule.js';

export type RunOutcome = JobOutcome | 'skipped';

/** How long a lease is held without being renewed: so long nobody runs what a server was running that died. Milliseconds. */
const LEASE_DURATION = 60_000;
const LEASE_RENEWAL = LEASE_DURATION / 3;
const RUN_SECONDS = [0.01, 0.1, 1, 10, 60, 600, 3600];

/** Runs jobs, one run of each at a time in all processes that share the database. */
@Injectable()
export class JobRun {
  readonly #holder = randomUUID();
  readonly #running = new Map<string, { readonly controller: AbortController; readonly done: Promise<RunOutcome> }>();
  readonly #duration: Histogram;
  #isStopping = false;
  /** Nobody waits any longer: log and facts may be closed. */
  #isOver = false;

  constructor(
    private readonly leases: Leases,
    private readonly record: JobRuns,
    private readonly clock: Clock,
    private readonly notifier: Notifier,
    private readonly logger: RegistryLogger,
    meter: Meter,
  ) {
    this.#duration = meter.histogram({
      name: 'berth_job_duration_seconds',
      help: 'Time of a job run.',
      buckets: RUN_SECONDS,
    });
  }

  /** Runs the job now. `skipped` where a run is under way here or in another process. Never rejects. */
  async start(job: Job): Promise<RunOutcome> {
    if (this.#isStopping || this.#running.has(job.name)) return 'skipped';
    const controller = new AbortController();
    const done = this.#run(job, controller.signal);
    this.#running.set(job.name, { controller, done });
    try {
      return await done;
    } finally {
      this.#running.delete(job.name);
    }
  }

  /** Aborts what runs and waits for its end, at most `within` milliseconds. */
  async stop(within: number): Promise<void> {
    this.#isStopping = true;
    const running = [...this.#running];
    for (const [, { controller }] of running) controller.abort(new Error('The server is stopping.'));
    if (running.length === 0) return;
    const expired = new AbortController();
    const over = delay(within, undefined, { signal: expired.signal });
    await Promise.race([Promise.all(running.map(([, { done }]) => done)), over]);
    expired.abort();
    this.#isOver = true;
    for (const job of this.#running.keys()) {
      this.logger.warn({ job }, 'a job goes on although it was aborted: the server does not wait for it any longer');
    }
  }

  async #run(job: Job, stopping: AbortSignal): Promise<RunOutcome> {
    const lease = { name: `job:${job.name}`, holder: this.#holder };
    try {
      if (!(await this.#hold(lease))) return 'skipped';
    } catch (cause) {
      this.logger.error({ job: job.name, err: cause }, 'the lease of a job could not be taken');
      return 'failed';
    }
    const lost = new AbortController();
    const renewal = setInterval(() => void this.#renew(job, lease, lost), LEASE_RENEWAL).unref();
    const timeout = AbortSignal.timeout(Math.min(job.timeout, LONGEST_TIMER));
    const outcome = await this.#attempt(job, AbortSignal.any([stopping, lost.signal, timeout]));
    clearInterval(renewal);
    if (this.#isOver) return outcome;
    try {
      await this.leases.release(lease);
    } catch (cause) {
      this.logger.warn(
        { job: job.name, err: cause },
        'the lease of a job could not be given up; it runs out by itself',
      );
    }
    return outcome;
  }

  async #hold(lease: Pick<Lease, 'name' | 'holder'>): Promise<boolean> {
    const request = { ...lease, now: this.clock.now(), duration: LEASE_DURATION };
    return (await this.leases.acquire(request)) !== undefined;
  }

  /** A run that has lost its lease, because the process stood still for longer than that, ends: another one may run. */
  async #renew(job: Job, lease: Pick<Lease, 'name' | 'holder'>, lost: AbortController): Promise<void> {
    if (this.#isOver) return;
    try {
      if (!(await this.#hold(lease))) lost.abort(new Error('Another process has taken the lease of the job.'));
    } catch (cause) {
      this.logger.warn({ job: job.name, err: cause }, 'the lease of a job could not be renewed');
    }
  }

  async #attempt(job: Job, signal: AbortSignal): Promise<JobOutcome> {
    const started = this.clock.now();
    await this.#note(job, () => this.record.started(job.name, started));
    const reportOverrun = (): void => {
      this.logger.warn({ job: job.name, err: signal.reason as unknown }, 'a job is aborted');
    };
    signal.addEventListener('abort', reportOverrun, { once: true });
    let outcome: JobOutcome = 'succeeded';
    let failure: unknown;
    try {
      await job.run(signal);
    } catch (cause) {
      failure = cause;
      outcome = signal.aborted ? 'aborted' : 'failed';
    } finally {
      signal.removeEventListener('abort', reportOverrun);
    }
    // What a job does after the server has stopped waiting for it is lost: log and facts are closed.
    if (this.#isOver) return outcome;
    if (outcome !== 'succeeded') this.logger.warn({ job: job.name, err: failure }, `a job ${outcome}`);
    const ended = this.clock.now();
    const error = outcome === 'succeeded' ? undefined : messageOf(failure);
    await this.#note(job, () => this.record.ended({ name: job.name, endedAt: ended, outcome, error }));
    const duration = ended - started;
    // Not `job`, which Prometheus itself gives to all that it scrapes.
    this.#duration.observe(duration / 1000, { name: job.name, outcome });
    this.notifier.notify('job.completed', { job: job.name, outcome, duration });
    return outcome;
  }

  /** A run that cannot be recorded is a run all the same. */
  async #note(job: Job, write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (cause) {
      this.logger.warn({ job: job.name, err: cause }, 'a run of a job could not be recorded');
    }
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
}
