import { Injectable } from '@nestjs/common';
import { Meter, Notifier, type NotifyEvents } from '@berth/sdk';
import { CacheMetrics } from './status/cache-metrics.js';
import { outcomeOf, UpstreamTotals } from './status/upstream-totals.js';

/** The numbers of the mirror, by upstream: there are as many as are configured. The server puts `berth_sync_` in front of the names. */
@Injectable()
export class SyncMetrics {
  readonly totals = new UpstreamTotals();
  readonly caches: CacheMetrics;
  readonly #requests;
  readonly #bytes;
  readonly #hits;
  readonly #misses;
  readonly #stale;
  readonly #breakers;
  readonly #limits;
  readonly #remaining;

  constructor(
    meter: Meter,
    private readonly notifier: Notifier,
  ) {
    this.caches = new CacheMetrics(meter);
    const counter = (name: string, help: string) => meter.counter({ name, help });
    const gauge = (name: string, help: string) => meter.gauge({ name, help });
    this.#requests = counter('upstream_requests_total', 'Requests to upstreams, by what became of them.');
    this.#bytes = counter('upstream_bytes_total', 'Bytes of the bodies that upstreams answered with.');
    this.#hits = counter('hits_total', 'Manifests pulled that were held already.');
    this.#misses = counter('misses_total', 'Manifests that were fetched because somebody asked.');
    this.#stale = counter(
      'stale_total',
      'Times a tag was served although its upstream could not say whether it is current.',
    );
    this.#breakers = gauge('breaker_open', '1 while an upstream is not asked because it failed again and again.');
    this.#limits = gauge('rate_limit', 'How many pulls an upstream allows, as it said last.');
    this.#remaining = gauge('rate_limit_remaining', 'How many of them are left, as it said last.');
  }

  /** `status`: `undefined` where there was no answer. */
  requested(upstream: string, status: number | undefined): void {
    const outcome = outcomeOf(status);
    this.#requests.add({ upstream, status: outcome });
    this.totals.ofHost(upstream).requests[outcome] += 1;
  }

  completed(request: NotifyEvents['upstream.requested']): void {
    this.notifier.notify('upstream.requested', request);
  }

  received(upstream: string, bytes: number): void {
    this.#bytes.add({ upstream }, bytes);
    this.totals.ofHost(upstream).bytes += bytes;
  }

  hit(upstream: string): void {
    this.#hits.add({ upstream });
    this.totals.of(upstream).hits += 1;
  }

  missed(upstream: string): void {
    this.#misses.add({ upstream });
    this.totals.of(upstream).misses += 1;
  }

  stale(upstream: string): void {
    this.#stale.add({ upstream });
    this.totals.of(upstream).stale += 1;
  }

  breaker(upstream: string, isOpen: boolean): void {
    this.#breakers.set(isOpen ? 1 : 0, { upstream });
  }

  limited(upstream: string, limit: number | undefined, remaining: number | undefined): void {
    if (limit !== undefined) this.#limits.set(limit, { upstream });
    if (remaining !== undefined) this.#remaining.set(remaining, { upstream });
  }
}
