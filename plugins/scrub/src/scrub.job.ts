import { Injectable } from '@nestjs/common';
import { Clock, type PluginJob, type Schedule } from '@berth/sdk';
import { ByteRate } from './byte-rate.js';
import { ScrubProgress } from './scrub-progress.js';
import { ScrubSettings } from './scrub-settings.js';
import { Scrubber } from './scrubber.js';

/** How often it is looked whether a pass is due, so that restarts put none off; in milliseconds. */
const LOOK_INTERVAL = 15 * 60_000;
/** A run may take as long as there is between two, and at least this, in milliseconds. What is left, the next goes on with. */
const SHORTEST_TIMEOUT = 3_600_000;

/** Begins a pass when one is due, and goes on with one that was interrupted. */
@Injectable()
export class ScrubJob implements PluginJob {
  readonly name = 'scrub';
  readonly schedule: Schedule;
  readonly timeout: number;

  constructor(
    private readonly settings: ScrubSettings,
    private readonly progress: ScrubProgress,
    private readonly scrubber: Scrubber,
    private readonly clock: Clock,
  ) {
    this.schedule = { every: Math.min(settings.interval, LOOK_INTERVAL) };
    this.timeout = Math.max(settings.interval, SHORTEST_TIMEOUT);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { current, last } = await this.progress.load();
    const { interval, bytesPerSecond } = this.settings;
    const isDue = last === undefined || this.clock.now() - last.startedAt >= interval;
    if (current || isDue) await this.scrubber.run({ rate: new ByteRate(bytesPerSecond), signal });
  }
}
