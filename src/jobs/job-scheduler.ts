import { Injectable } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { Clock } from '@berth/sdk';
import { CronJob } from 'cron';
import { JobRuns } from '../metadata/job-runs.js';
import type { Job } from './job.js';
import { JobRun } from './job-run.js';
import { checkSchedule, CRON_ZONE, firstDelay, LONGEST_TIMER } from './job-schedule.js';

/** Starts jobs when they are due, once the server is ready. */
@Injectable()
export class JobScheduler {
  readonly #jobs = new Map<string, Job>();

  constructor(
    private readonly timers: SchedulerRegistry,
    private readonly runs: JobRun,
    private readonly record: JobRuns,
    private readonly clock: Clock,
  ) {}

  /** Throws what `add` would throw for one of these. */
  check(jobs: readonly Job[]): void {
    const names = new Set(this.#jobs.keys());
    for (const job of jobs) {
      checkSchedule(job);
      if (names.has(job.name)) throw new Error(`There are two jobs ${job.name}.`);
      names.add(job.name);
    }
  }

  /** To be called before `start`. Throws an Error that names the job where its schedule is invalid or its name taken. */
  add(job: Job): void {
    this.check([job]);
    this.#jobs.set(job.name, job);
  }

  /** The facts are open. A job whose interval has passed since its last start is due soon, however often the server restarts. */
  async start(): Promise<void> {
    const now = this.clock.now();
    const known = await this.record.register([...this.#jobs.keys()], now);
    for (const job of this.#jobs.values()) {
      if ('cron' in job.schedule) this.#startCron(job, job.schedule.cron);
      else {
        const every = Math.min(job.schedule.every, LONGEST_TIMER);
        const { knownSince, startedAt } = known.get(job.name) ?? { knownSince: now, startedAt: undefined };
        const from = startedAt ?? (job.firstRun === 'afterInterval' ? knownSince : undefined);
        this.#startInterval(job, every, firstDelay(every, from, now, Math.random()));
      }
    }
  }

  /** Starts no more runs, aborts those under way and waits for them, at most `within` milliseconds. */
  async stop(within: number): Promise<void> {
    for (const name of this.timers.getTimeouts()) this.timers.deleteTimeout(name);
    for (const name of this.timers.getIntervals()) this.timers.deleteInterval(name);
    for (const name of this.timers.getCronJobs().keys()) this.timers.deleteCronJob(name);
    await this.runs.stop(within);
  }

  #startInterval(job: Job, every: number, delay: number): void {
    const first = setTimeout(() => {
      this.timers.deleteTimeout(job.name);
      const timer = setInterval(() => void this.runs.start(job), every);
      timer.unref();
      this.timers.addInterval(job.name, timer);
      void this.runs.start(job);
    }, delay);
    first.unref();
    this.timers.addTimeout(job.name, first);
  }

  #startCron(job: Job, cronTime: string): void {
    const cron = CronJob.from({
      cronTime,
      timeZone: CRON_ZONE,
      unrefTimeout: true,
      onTick: () => void this.runs.start(job),
    });
    this.timers.addCronJob(job.name, cron);
    cron.start();
  }
}
