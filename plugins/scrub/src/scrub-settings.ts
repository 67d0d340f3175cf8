import { Injectable } from '@nestjs/common';
import { formatDuration, milliseconds, PluginLogger, type Reconfigure } from '@berth/sdk';
import { ScrubConfig } from './scrub.config.js';

/** Reading everything more often wears a disk out; zot takes no shorter interval than this, in milliseconds. */
const SHORTEST_SENSIBLE = milliseconds(2 * 3_600_000);

/** The section of the configuration as it is now: a reload gives a new one. */
@Injectable()
export class ScrubSettings implements Reconfigure<ScrubConfig> {
  #config: ScrubConfig;

  constructor(
    config: ScrubConfig,
    private readonly logger: PluginLogger,
  ) {
    this.#config = config;
    this.#warn(config);
  }

  /** Milliseconds. */
  get interval(): number {
    return this.#config.interval;
  }

  get bytesPerSecond(): number {
    return this.#config.bytesPerSecond;
  }

  reconfigure(config: ScrubConfig): void {
    this.#config = config;
    this.#warn(config);
  }

  #warn({ interval }: ScrubConfig): void {
    if (interval >= SHORTEST_SENSIBLE) return;
    const [found, sensible] = [formatDuration(interval), formatDuration(SHORTEST_SENSIBLE)];
    this.logger.warn(`reading every blob every ${found} keeps the disk busy: ${sensible} or more is sensible`, {
      interval,
    });
  }
}
