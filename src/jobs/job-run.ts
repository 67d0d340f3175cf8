import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock, type Histogram, Meter, Notifier } from '@berth/sdk';
import { RegistryLogger } from '../logging/registry-logger.js';
import { Leases } from '../metadata/leases.js';
import type { Job } from './job.js';

export type JobOutcome = 'succeeded' | 'failed' | 'aborted' | 'skipped';

/** How much longer than a run may take its lease is held, so that a slow end is not overtaken. Milliseconds. */
const LEASE_MARGIN = 10_000;
const RUN_SECONDS = [0.01, 0.1, 1, 10, 60, 600, 3600];

/** Runs jobs, one run of each at a time in all processes that share the database. */
@Injectable()
export class JobRun {
  readonly #holder = randomUUID();
  readonly #running = new Map<string, { readonly controller: AbortController; readonly done: Promise<JobOutcome> }>();
  readonly #duration: Histogram;

  constructor(
    private readonly leases: Leases,
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
  async start(job: Job): Promise<JobOutcome> {
    if (this.#running.has(job.name)) return 'skipped';
    const controller = new AbortController();
    const done = this.#run(job, controller.signal);
    this.#running.set(job.name, { controller, done });
    try {
      return await done;
    } finally {
      this.#running.delete(job.name);
    }
  }

  /** Aborts what runs and waits for its end. */
  async stop(): Promise<void> {
    const running = [...this.#running.values()];
    for (const { controller } of running) controller.abort(new Error('The server is stopping.'));
    await Promise.all(running.map(({ done }) => done));
  }

  async #run(job: Job, stopping: AbortSignal): Promise<JobOutcome> {
    const lease = { name: `job:${job.name}`, holder: this.#holder };
    try {
      const held = await this.leases.acquire({ ...lease, now: this.clock.now(), duration: job.timeout + LEASE_MARGIN });
      if (!held) return 'skipped';
    } catch (cause) {
      this.logger.error({ job: job.name, err: cause }, 'the lease of a job could not be taken');
      return 'failed';
    }
    const outcome = await this.#attempt(job, AbortSignal.any([stopping, AbortSignal.timeout(job.timeout)]));
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

  async #attempt(job: Job, signal: AbortSignal): Promise<Exclude<JobOutcome, 'skipped'>> {
    const started = this.clock.now();
    let outcome: Exclude<JobOutcome, 'skipped'> = 'succeeded';
    try {
      await job.run(signal);
    } catch (cause) {
      outcome = signal.aborted ? 'aborted' : 'failed';
      this.logger.warn({ job: job.name, err: cause }, `a job ${outcome}`);
    }
    const duration = this.clock.now() - started;
    // Not `job`, which Prometheus itself gives to all that it scrapes.
    this.#duration.observe(duration / 1000, { name: job.name, outcome });
    this.notifier.notify('job.completed', { job: job.name, outcome, duration });
    return outcome;
  }
}
