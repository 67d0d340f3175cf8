import { Injectable } from '@nestjs/common';
import { Clock, type EvictedContent, StorageError } from '@berth/sdk';
import { RegistryLogger } from '../../logging/registry-logger.js';
import { Database } from '../../metadata/database.js';
import { type EvictionCandidate, EvictionCandidates } from '../../metadata/eviction-candidates.js';
import type { Facts } from '../../metadata/schema.js';
import { type Evicted, type FreedBytes, UpstreamEvictions } from '../../metadata/upstream-evictions.js';
import { BlobStores } from '../../storage/blob-stores.js';
import { PullCounter } from '../manifests/pull-counter.js';
import { EvictionNews } from './eviction-news.js';
import { EvictionOrder } from './eviction-order.js';
import { InUse } from './in-use.js';

export interface EvictionRequest {
  /** Whose content may go. */
  readonly upstreams: readonly string[];
  /** Where it lies; absent: in every store. */
  readonly store?: string;
  readonly reason: EvictedContent['reason'];
  /** Whether enough has gone. `freed`: bytes so far. Asked within the transaction, in which it may await its own statements alone. */
  readonly isEnough: (facts: Facts, freed: number) => boolean | Promise<boolean>;
  readonly signal: AbortSignal;
}

/** Candidates that one transaction looks at, so that nobody waits long for it. */
const GROUP = 8;

/** Removes what came from upstreams, that which was pulled least recently first, until there is enough room. */
@Injectable()
export class Eviction {
  constructor(
    private readonly database: Database,
    private readonly candidates: EvictionCandidates,
    private readonly evictions: UpstreamEvictions,
    private readonly stores: BlobStores,
    private readonly pulls: PullCounter,
    private readonly inUse: InUse,
    private readonly news: EvictionNews,
    private readonly clock: Clock,
    private readonly logger: RegistryLogger,
  ) {}

  /** True where enough has gone. Rejects as the database does, and where the signal aborts. */
  async run(request: EvictionRequest): Promise<boolean> {
    // What was pulled in the last seconds is known in memory alone.
    await this.pulls.flush();
    const order = new EvictionOrder(this.candidates, request.upstreams);
    const spared = new Set<string>();
    let freed = 0;
    for (;;) {
      request.signal.throwIfAborted();
      const found = await order.next(GROUP);
      if (found.length === 0) return false;
      // What was spared has moved to the end, where it need not be looked at again.
      const group = found.filter((candidate) => isIn(candidate, request.store) && !spared.has(keyOf(candidate)));
      const { gone, isEnough } = await this.#removeGroup(group, freed, request);
      for (const candidate of group) spared.add(keyOf(candidate));
      freed += sizeOf(gone.flatMap((one) => one.freed));
      await this.#finish(gone, request.reason);
      if (isEnough) return true;
    }
  }

  #removeGroup(
    group: readonly EvictionCandidate[],
    before: number,
    { isEnough }: EvictionRequest,
  ): Promise<{ readonly gone: readonly Evicted[]; readonly isEnough: boolean }> {
    return this.database.transaction(async (facts) => {
      const gone: Evicted[] = [];
      for (const candidate of group) {
        const evicted = await this.evictions.evict(facts, candidate, this.inUse, this.clock.now());
        if (!evicted) continue;
        gone.push(evicted);
        const freed = before + sizeOf(gone.flatMap((one) => one.freed));
        if (await isEnough(facts, freed)) return { gone, isEnough: true };
      }
      return { gone, isEnough: false };
    });
  }

  /** Once it is on the disk that nobody has them: the bytes go, and those who follow are told. */
  async #finish(gone: readonly Evicted[], reason: EvictedContent['reason']): Promise<void> {
    for (const bytes of gone.flatMap((one) => one.freed)) await this.#remove(bytes);
    this.news.tell(gone, reason);
  }

  /** No row names it any more: what cannot be removed now, garbage collection sweeps up. */
  async #remove({ store, location }: FreedBytes): Promise<void> {
    try {
      await this.stores.get(store).remove(location);
    } catch (cause) {
      if (!(cause instanceof StorageError)) throw cause;
      this.logger.warn({ store, location, err: cause }, 'evicted bytes could not be removed');
    }
  }
}

function isIn({ store }: EvictionCandidate, wanted: string | undefined): boolean {
  return wanted === undefined || store === wanted;
}

function keyOf({ kind, repositoryId, digest }: EvictionCandidate): string {
  return `${kind} ${String(repositoryId)} ${digest}`;
}

function sizeOf(freed: readonly FreedBytes[]): number {
  return freed.reduce((sum, { size }) => sum + size, 0);
}
