import { Injectable } from '@nestjs/common';
import type { PluginJob, Schedule } from '@berth/sdk';
import { ChangeFollower } from './change-follower.js';
import { IndexGeneration } from './index-generation.js';
import { Rebuild } from './rebuild.js';

/** How often it is looked whether the index is whole, in milliseconds. */
const LOOK_INTERVAL = 15_000;

/** Has the index followed and, where it is missing or useless, rebuilt. */
@Injectable()
export class IndexJob implements PluginJob {
  readonly name = 'index';
  readonly schedule: Schedule = { every: LOOK_INTERVAL };

  constructor(
    private readonly generation: IndexGeneration,
    private readonly follower: ChangeFollower,
    private readonly rebuild: Rebuild,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    await this.generation.open();
    this.follower.begin();
    await this.rebuild.run(signal);
  }
}
