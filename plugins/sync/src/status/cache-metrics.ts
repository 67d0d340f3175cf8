import type { EvictedContent, Meter, UpstreamCacheObserver } from '@berth/sdk';

/** The numbers of what is kept of upstreams, by upstream. */
export class CacheMetrics implements UpstreamCacheObserver {
  readonly #held;
  readonly #evictedBytes;
  readonly #evictedManifests;

  constructor(meter: Meter) {
    this.#held = meter.gauge({ name: 'held_bytes', help: 'Bytes that are kept of an upstream.' });
    this.#evictedBytes = meter.counter({
      name: 'evicted_bytes_total',
      help: 'Bytes of an upstream that made room for others, by what was short.',
    });
    this.#evictedManifests = meter.counter({
      name: 'evicted_manifests_total',
      help: 'Manifests of an upstream that were evicted, by what was short.',
    });
  }

  held(upstream: string, bytes: number): void {
    this.#held.set(bytes, { upstream });
  }

  evicted({ upstream, reason, bytes, manifests }: EvictedContent): void {
    this.#evictedBytes.add({ upstream, reason }, bytes);
    this.#evictedManifests.add({ upstream, reason }, manifests);
  }
}
