import { Injectable } from '@nestjs/common';
import type { EvictedContent, UpstreamCacheObserver } from '@berth/sdk';

/** Tells all who want to know. */
@Injectable()
export class CacheObservers implements UpstreamCacheObserver {
  readonly #all = new Set<UpstreamCacheObserver>();

  add(observer: UpstreamCacheObserver): void {
    this.#all.add(observer);
  }

  held(upstream: string, bytes: number): void {
    for (const observer of this.#all) observer.held(upstream, bytes);
  }

  evicted(content: EvictedContent): void {
    for (const observer of this.#all) observer.evicted(content);
  }
}
