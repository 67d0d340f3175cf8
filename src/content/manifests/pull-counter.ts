import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Clock, type Digest } from '@berth/sdk';
import { RegistryLogger } from '../../logging/registry-logger.js';
import { PullStatistics } from '../../metadata/pull-statistics.js';

/** How long counts are gathered before they are written, in milliseconds, and how many manifests at most. */
const GATHER_TIME = 10_000;
const GATHERED_MANIFESTS = 1000;

interface Gathered {
  readonly repositoryId: number;
  readonly digest: Digest;
  pulls: number;
  lastPulled: number;
}

/** Counts pulls in memory and writes them in batches, so that a pull writes nothing. */
@Injectable()
export class PullCounter implements OnApplicationShutdown {
  #gathered = new Map<string, Gathered>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly statistics: PullStatistics,
    private readonly clock: Clock,
    private readonly logger: RegistryLogger,
  ) {}

  count(repositoryId: number, digest: Digest): void {
    const key = `${String(repositoryId)} ${digest}`;
    const entry = this.#gathered.get(key);
    if (entry) {
      entry.pulls += 1;
      entry.lastPulled = this.clock.now();
      return;
    }
    this.#gathered.set(key, { repositoryId, digest, pulls: 1, lastPulled: this.clock.now() });
    if (this.#gathered.size >= GATHERED_MANIFESTS) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), GATHER_TIME).unref();
  }

  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = [...this.#gathered.values()];
    this.#gathered = new Map();
    if (batch.length === 0) return;
    try {
      await this.statistics.add(batch);
    } catch (cause) {
      this.logger.warn({ err: cause, manifests: batch.length }, 'pull statistics could not be written and are lost');
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.flush();
  }
}
