import { Injectable } from '@nestjs/common';
import { type UpstreamCacheObserver, UpstreamCaches } from '@berth/sdk';
import { UpstreamHoldings } from '../../metadata/upstream-holdings.js';
import { CacheLimits } from '../eviction/cache-limits.js';
import { CacheObservers } from '../eviction/cache-observers.js';

@Injectable()
export class ContentUpstreamCaches extends UpstreamCaches {
  constructor(
    private readonly limits: CacheLimits,
    private readonly observers: CacheObservers,
    private readonly holdings: UpstreamHoldings,
  ) {
    super();
  }

  limit(limits: ReadonlyMap<string, number>): void {
    this.limits.set(limits);
  }

  observe(observer: UpstreamCacheObserver): void {
    this.observers.add(observer);
  }

  usage(): Promise<ReadonlyMap<string, number>> {
    return this.holdings.all();
  }
}
