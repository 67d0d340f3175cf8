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
  /** By repository, then by digest. */
  #gathered = new Map<number, Map<Digest, Gathered>>();
  #size = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing = Promise.resolve();

  constructor(
    private readonly statistics: PullStatistics,
    private readonly clock: Clock,
    private readonly logger: RegistryLogger,
  ) {}

  count(repositoryId: number, digest: Digest): void {
    let inRepository = this.#gathered.get(repositoryId);
    if (!inRepository) this.#gathered.set(repositoryId, (inRepository = new Map<Digest, Gathered>()));
    const entry = inRepository.get(digest);
    if (entry) {
      entry.pulls += 1;
      entry.lastPulled = this.clock.now();
      return;
    }
    inRepository.set(digest, { repositoryId, digest, pulls: 1, lastPulled: this.clock.now() });
    this.#size += 1;
    if (this.#size >= GATHERED_MANIFESTS) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), GATHER_TIME).unref();
  }

  /** Writes what was counted so far; resolves once all of it is written, also what another one has begun to write. */
  flush(): Promise<void> {
    return (this.#writing = this.#writing.then(() => this.#write()));
  }

  async #write(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = [...this.#gathered.values()].flatMap((inRepository) => [...inRepository.values()]);
    this.#gathered = new Map();
    this.#size = 0;
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
