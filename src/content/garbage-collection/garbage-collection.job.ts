import { Injectable } from '@nestjs/common';
import type { Job } from '../../jobs/job.js';
import { RegistryLogger } from '../../logging/registry-logger.js';
import { GarbageCollection } from './garbage-collection.js';

export interface GarbageCollectionSchedule {
  /** Of the job, so that each has its own. */
  readonly name: string;
  readonly stores: readonly string[];
  /** Milliseconds. */
  readonly interval: number;
  /** Milliseconds since anybody last saw what may go. */
  readonly delay: number;
}

/** A collection that takes longer is aborted and goes on with the next run. */
const TIMEOUT = 6 * 3_600_000;

/** Collects garbage again and again while the server runs. */
@Injectable()
export class GarbageCollectionJob {
  constructor(
    private readonly collection: GarbageCollection,
    private readonly logger: RegistryLogger,
  ) {}

  toJob({ name, stores, interval, delay }: GarbageCollectionSchedule): Job {
    return {
      name,
      schedule: { every: interval },
      // A new registry has no garbage.
      firstRun: 'afterInterval',
      timeout: TIMEOUT,
      run: async (signal) => {
        const report = await this.collection.run({ delay, stores, signal, gentle: true });
        this.logger.info({ stores, ...report }, 'garbage collected');
      },
    };
  }
}
