import { Injectable } from '@nestjs/common';
import { Clock, type Digest, type HookEvents, type HookHandler, type RepositoryName } from '@berth/sdk';
import { SyncMetrics } from '../sync-metrics.js';
import { BoundedMemory } from './bounded-memory.js';
import { Registries } from './registries.js';

/** A pull follows within this of what was fetched or not confirmed for it, in milliseconds. */
const FOLLOWS_WITHIN = 60_000;

/** Tells pulls that were served from what was held from those that were not. */
@Injectable()
export class PullTally implements HookHandler<'manifest.pulled'> {
  readonly #accounted;

  constructor(
    private readonly metrics: SyncMetrics,
    private readonly registries: Registries,
    clock: Clock,
  ) {
    this.#accounted = new BoundedMemory<true>(clock);
  }

  missed(repository: RepositoryName, digest: Digest, upstream: string): void {
    this.metrics.missed(upstream);
    this.#accounted.remember(`${repository}@${digest}`, true);
  }

  stale(repository: RepositoryName, digest: Digest, upstream: string): void {
    this.metrics.stale(upstream);
    this.#accounted.remember(`${repository}@${digest}`, true);
  }

  async handle({ repository, digest, origin }: HookEvents['manifest.pulled']): Promise<void> {
    if (origin !== 'mirrored' || this.#accounted.take(`${repository}@${digest}`, FOLLOWS_WITHIN)) return;
    const [answering] = await this.registries.answering(repository);
    if (answering) this.metrics.hit(answering.registry.name);
  }
}
