import { anImage, type FakeUpstream, type TestRegistry } from '@berth/testkit';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { stateOf } from './sync-state.js';
import { pull, useSync, WINDOW } from './use-sync.js';

const NO_REQUESTS = { '2xx': 0, '3xx': 0, '4xx': 0, '429': 0, '5xx': 0, none: 0 };
const NO_FETCHES = { kept: 0, refused: 0, overfull: 0, unwritable: 0, wrong: 0, broken: 0, abandoned: 0, stopped: 0 };
const NO_BLOBS = { blobHits: 0, blobMisses: 0, coalesced: 0, blobsFetched: NO_FETCHES };
const NOTHING = {
  ...{ requests: NO_REQUESTS, bytesReceived: 0, hits: 0, misses: 0, stale: 0 },
  ...{ ...NO_BLOBS, bytesFromCache: 0, bytesPassedOn: 0 },
};
const { upstream, mirror, mirrorWith } = useSync();
const image = anImage().build();
let from: FakeUpstream;

beforeEach(async () => {
  from = await upstream();
  from.has('team/app', image, 'v1');
});

function isoOf(registry: TestRegistry, plus = 0): string {
  return new Date(registry.clock.now() + plus).toISOString();
}

describe('an upstream', () => {
  it('that nobody has asked is told of by what is configured, and is not asked for it', async () => {
    const registry = await mirror([from, { namespaces: ['docker.io', 'quay.io'] }]);
    const asOf = isoOf(registry);
    expect(await stateOf(registry)).toEqual({
      countedSince: asOf,
      upstreams: [
        {
          name: from.host,
          urls: [from.url],
          namespaces: ['docker.io', 'quay.io'],
          onDemand: true,
          offline: false,
          reachable: null,
          lastCheck: null,
          retriesWaiting: 0,
          cache: { heldBytes: 0, maxBytes: null },
          counts: NOTHING,
          fills: [],
          hosts: [
            {
              name: from.host,
              url: from.url,
              reachable: null,
              lastOutcome: null,
              breaker: { state: 'closed', since: asOf },
              tagBreaker: { state: 'closed', since: asOf },
              pausedUntil: null,
              rateLimit: null,
            },
          ],
          periodic: null,
        },
      ],
    });
    expect(from.requests).toEqual([]);
  });

  it('of ten pulls, three of which miss, has exact numbers, which are those of the metrics', async () => {
    const images = [image, anImage().build(), anImage().build()];
    for (const [at, one] of images.entries()) from.has(`team/app-${String(at)}`, one, 'v1');
    const other = await upstream();
    const registry = await mirror([from, { content: [{ prefix: 'team/**' }] }], [other]);
    for (let at = 0; at < 10; at++)
      expect((await pull(registry, `team/app-${String(at % 3)}/manifests/v1`)).status).toBe(200);

    const bytesReceived = images.reduce((sum, { manifest }) => sum + manifest.byteLength, 0);
    // The first of them is pulled four times, the others three times.
    const bytesFromCache = 2 * bytesReceived + image.manifest.byteLength;
    const counts = {
      ...{ requests: { ...NO_REQUESTS, '2xx': 3 }, bytesReceived, hits: 7, misses: 3, stale: 0 },
      ...{ ...NO_BLOBS, bytesFromCache, bytesPassedOn: bytesReceived },
    };
    // That something was pulled is told after the answer.
    await vi.waitFor(async () => {
      expect((await stateOf(registry)).upstreams.map((one) => one['counts'])).toEqual([counts, NOTHING]);
    });
    const upstreamOf = { upstream: from.host };
    const seriesOf = (name: string): unknown =>
      registry.numbers.find((one) => one.name === `berth_sync_${name}`)?.series;
    expect(['hits_total', 'misses_total', 'upstream_requests_total', 'upstream_bytes_total'].map(seriesOf)).toEqual([
      [{ labels: upstreamOf, value: 7 }],
      [{ labels: upstreamOf, value: 3 }],
      [{ labels: { ...upstreamOf, status: '2xx' }, value: 3 }],
      [{ labels: upstreamOf, value: bytesReceived }],
    ]);
  });

  it('counts the bytes of blobs that it redirects to elsewhere', async () => {
    const elsewhere = await upstream();
    const blob = image.blobs[0] ?? expect.fail();
    elsewhere.hasBlob('team/app', blob);
    from.behaviour = { blobsAt: elsewhere.url };
    const registry = await mirror([from]);
    await pull(registry, 'team/app/manifests/v1');
    await pull(registry, `team/app/blobs/${blob.digest}`);
    const [one] = (await stateOf(registry)).upstreams;
    expect(one?.['counts']).toMatchObject({ bytesReceived: image.manifest.byteLength + blob.bytes.byteLength });
  });

  it('that fails three times is shown with its breaker open, since when, and what is wrong, until it is well', async () => {
    const registry = await mirror([from]);
    await pull(registry, 'team/app/manifests/v1');
    const checked = isoOf(registry);
    registry.clock.advance(WINDOW);
    const opened = isoOf(registry);
    from.behaviour = { status: 500 };
    for (let pulls = 0; pulls < 4; pulls++) await pull(registry, 'team/app/manifests/v1');
    const open = {
      reachable: false,
      lastOutcome: { at: opened, status: 500, trouble: 'it answers 500' },
      breaker: { state: 'open', since: opened },
      tagBreaker: { state: 'open', since: opened },
    };
    const { upstreams } = await stateOf(registry);
    expect(upstreams).toMatchObject([
      { reachable: false, lastCheck: checked, counts: { requests: { '2xx': 1, '5xx': 3 }, stale: 4 }, hosts: [open] },
    ]);

    registry.clock.advance(10_000);
    const halfOpen = { breaker: { state: 'half-open', since: opened } };
    expect((await stateOf(registry)).upstreams).toMatchObject([{ hosts: [halfOpen] }]);

    from.behaviour = {};
    await pull(registry, 'team/app/manifests/v1');
    const asOf = isoOf(registry);
    const well = {
      reachable: true,
      lastOutcome: { at: asOf, status: 200, trouble: null },
      breaker: { state: 'closed', since: asOf },
      tagBreaker: { state: 'closed', since: asOf },
    };
    expect((await stateOf(registry)).upstreams).toMatchObject([{ reachable: true, lastCheck: asOf, hosts: [well] }]);
  });

  it('that takes no connections is unreachable without a status', async () => {
    const registry = await mirror([from]);
    await from.close();
    await pull(registry, 'team/app/manifests/v1');
    const trouble = expect.stringMatching(/^it cannot be asked: /) as unknown;
    expect((await stateOf(registry)).upstreams).toMatchObject([
      { reachable: false, counts: { requests: { none: 1 } }, hosts: [{ lastOutcome: { status: null, trouble } }] },
    ]);
  });

  it('that gives a page is reachable, with what is wrong with it', async () => {
    const registry = await mirror([from]);
    from.behaviour = { showsPage: true };
    await pull(registry, 'team/app/manifests/v1');
    expect((await stateOf(registry)).upstreams).toMatchObject([
      { reachable: true, hosts: [{ lastOutcome: { status: 200, trouble: 'what it gives is no manifest' } }] },
    ]);
  });

  it('that tells of its limit, and to wait, is shown with both', async () => {
    const registry = await mirror([from]);
    const limits = { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '0;w=21600', 'ratelimit-reset': '300' };
    from.behaviour = { status: 429, headers: { ...limits, 'retry-after': '60' } };
    await pull(registry, 'team/app/manifests/v1');
    const rateLimit = { limit: 100, remaining: 0, reset: isoOf(registry, 300_000), seenAt: isoOf(registry) };
    expect((await stateOf(registry)).upstreams).toMatchObject([
      {
        reachable: true,
        counts: { requests: { '429': 1 } },
        hosts: [{ rateLimit, pausedUntil: isoOf(registry, 60_000), breaker: { state: 'closed' } }],
      },
    ]);
    registry.clock.advance(60_000);
    expect((await stateOf(registry)).upstreams).toMatchObject([{ hosts: [{ pausedUntil: null, rateLimit }] }]);
  });

  it('is reachable by one of its urls, and counts what all of them were asked', async () => {
    const second = await upstream();
    second.has('team/app', image, 'v1');
    const registry = await mirrorWith({ registries: [{ urls: [from.url, second.url], onDemand: true }] });
    from.behaviour = { status: 500 };
    await pull(registry, 'team/app/manifests/v1');
    expect((await stateOf(registry)).upstreams).toMatchObject([
      {
        name: from.host,
        urls: [from.url, second.url],
        reachable: true,
        counts: { requests: { '2xx': 1, '5xx': 1 }, misses: 1 },
        hosts: [{ reachable: false }, { reachable: true }],
      },
    ]);
  });

  it('is shown with what waits to be fetched again, and with being offline', async () => {
    const offline = await upstream();
    const registry = await mirror([from, { maxRetries: 1, retryDelay: '1h' }], [offline, { offline: true }]);
    from.behaviour = { status: 500 };
    await pull(registry, 'team/app/manifests/v1');
    expect((await stateOf(registry)).upstreams).toMatchObject([
      { retriesWaiting: 1, offline: false },
      { retriesWaiting: 0, offline: true },
    ]);
  });
});
