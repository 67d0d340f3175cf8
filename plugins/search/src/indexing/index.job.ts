import { Injectable } from '@nestjs/common';
import type { PluginJob, Schedule } from '@berth/sdk';
import { IndexKeeper } from './index-keeper.js';

/** How often it is looked whether the index is whole, in milliseconds. */
const LOOK_INTERVAL = 60_000;

/** Has the index followed and, where that is due, rebuilt. */
@Injectable()
export class IndexJob implements PluginJob {
  readonly name = 'index';
  readonly schedule: Schedule = { every: LOOK_INTERVAL };

  constructor(private readonly keeper: IndexKeeper) {}

  run(signal: AbortSignal): Promise<void> {
    return this.keeper.look(signal);
  }
}
