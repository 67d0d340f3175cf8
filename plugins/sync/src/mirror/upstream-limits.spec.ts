import 'reflect-metadata';
import { validateSection } from '@berth/sdk';
import { FakeMeter } from '@berth/sdk/testing';
import { describe, expect, it } from 'vitest';
import { SyncConfig } from '../config/sync.config.js';
import { CacheMetrics } from '../status/cache-metrics.js';
import { limitsOf } from './upstream-limits.js';

describe('the limits of upstreams', () => {
  it('are the least of those that entries with the same first host have', () => {
    const registries = [
      { urls: ['https://one.example'], maxBytes: '2GB' },
      { urls: ['https://one.example'], maxBytes: '1GB' },
      { urls: ['https://one.example'] },
      { urls: ['https://two.example'] },
    ];
    const { config, violations } = validateSection(SyncConfig, { registries });
    expect(violations).toEqual([]);
    const named = config.registries.map((registry) => ({
      name: new URL(registry.urls[0] ?? '').host,
      config: registry,
    }));
    expect(limitsOf(named)).toEqual(new Map([['one.example', 1_000_000_000]]));
  });
});

describe('the numbers of what is kept', () => {
  it('are by upstream, and those of what went by what was short', () => {
    const meter = new FakeMeter();
    const metrics = new CacheMetrics(meter);
    metrics.held('one', 5);
    metrics.held('one', 4);
    for (const reason of ['limit', 'space', 'limit'] as const)
      metrics.evicted({ upstream: 'one', reason, manifests: 1, blobs: 3, bytes: 10 });

    const seriesOf = (name: string): unknown =>
      meter
        .snapshot()
        .find((one) => one.name.endsWith(name))
        ?.series.map(({ labels, value }) => [labels['reason'], value]);
    expect(seriesOf('held_bytes')).toEqual([[undefined, 4]]);
    expect(seriesOf('evicted_bytes_total')).toEqual([
      ['limit', 20],
      ['space', 10],
    ]);
    expect(seriesOf('evicted_manifests_total')).toEqual([
      ['limit', 2],
      ['space', 1],
    ]);
  });
});
