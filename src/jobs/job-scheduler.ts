import { Injectable } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import type { Job } from './job.js';
import { JobRun } from './job-run.js';

/** Node's timers count 31 bits of milliseconds, 24.8 days; a longer interval becomes that. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Starts jobs at their intervals, once the server is ready. */
@Injectable()
export class JobScheduler {
  readonly #jobs: Job[] = [];

  constructor(
    private readonly timers: SchedulerRegistry,
    private readonly runs: JobRun,
  ) {}

  add(job: Job): void {
    this.#jobs.push(job);
  }

  start(): void {
    for (const job of this.#jobs) {
      const timer = setInterval(() => void this.runs.start(job), Math.min(job.interval, LONGEST_TIMER));
      timer.unref();
      this.timers.addInterval(job.name, timer);
    }
  }

  /** Starts no more runs, aborts those under way and waits for them. */
  async stop(): Promise<void> {
    for (const name of this.timers.getIntervals()) this.timers.deleteInterval(name);
    await this.runs.stop();
  }
}
