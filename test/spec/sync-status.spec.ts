import { anImage, type FakeUpstream, type RegistryResponse } from '@berth/testkit';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import sync from '../../plugins/sync/src/index.js';
import { basic, GuardedRegistry } from './guarded.js';
import { pull, useSync, WINDOW } from './use-sync.js';

const PATH = '/v2/_berth/ext/sync';
const NO_REQUESTS = { '2xx': 0, '3xx': 0, '4xx': 0, '429': 0, '5xx': 0, none: 0 };
const { upstream, mirror, mirrorWith } = useSync();
const image = anImage().build();
let from: FakeUpstream;

beforeEach(async () => {
  from = await upstream();
  from.has('team/app', image, 'v1');
});

interface Status {
  readonly countedSince: string;
  readonly upstreams: readonly Readonly<Record<string, unknown>>[];
}

function statusIn({ status, body }: RegistryResponse): Status {
  expect(status).toBe(200);
  return JSON.parse(body.toString()) as Status;
}

type Server = Awaited<ReturnType<typeof mirror>>;

async function statusOf(registry: Server): Promise<Status> {
  return statusIn(await registry.request('GET', PATH));
}

function isoOf(registry: Server, plus = 0): string {
  return new Date(registry.clock.now() + plus).toISOString();
}

describe('the state of upstreams', () => {
  const guarded = new GuardedRegistry(['operator', 'stranger']);
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'berth-sync-status-'));
    const credentialsFile = join(folder, 'credentials.json');
    writeFileSync(credentialsFile, JSON.stringify({ [from.host]: { username: 'robot', password: 'pa55-word' } }));
    await guarded.start(
      {
        accessControl: {
          repositories: { '**': { anonymousPolicy: ['read'] } },
          permissions: { 'sync.read': { users: ['operator'] } },
        },
      },
      { plugins: [{ plugin: sync, section: { credentialsFile, registries: [{ urls: [from.url], onDemand: true }] } }] },
    );
  });
  afterEach(async () => {
    await guarded.close();
    await rm(folder, { recursive: true });
  });

  it('is for those who hold sync.read, and has no credential in it', async () => {
    from.access = { kind: 'basic', user: 'robot', password: 'pa55-word' };
    expect((await guarded.send('GET', '/v2/team/app/manifests/v1')).status).toBe(200);
    expect((await guarded.send('GET', PATH)).status).toBe(401);
    expect((await guarded.send('GET', PATH, basic('stranger'))).status).toBe(403);
    const told = await guarded.send('GET', PATH, basic('operator'));
    expect(statusIn(told).upstreams).toMatchObject([{ counts: { requests: { '2xx': 1, '4xx': 1 }, misses: 1 } }]);
    expect(told.body.toString()).not.toMatch(/pa55-word|robot|authorization|basic|bearer/i);
  });
});

describe('discovery', () => {
  it('names the endpoint', async () => {
    const registry = await mirror([from]);
    const { body } = await registry.request('GET', '/v2/_oci/ext/discover');
    const { extensions } = JSON.parse(body.toString()) as { readonly extensions: readonly unknown[] };
    expect(extensions).toContainEqual(expect.objectContaining({ name: 'sync', endpoints: [PATH] }));
  });
});

describe('an upstream', () => {
  it('that nobody has asked is told of by what is configured, and is not asked for it', async () => {
    const registry = await mirror([from, { namespaces: ['docker.io', 'quay.io'] }]);
    const asOf = isoOf(registry);
    expect(await statusOf(registry)).toEqual({
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
          counts: { requests: NO_REQUESTS, bytesReceived: 0, hits: 0, misses: 0, stale: 0 },
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
    const counts = { requests: { ...NO_REQUESTS, '2xx': 3 }, bytesReceived, hits: 7, misses: 3, stale: 0 };
    const none = { requests: NO_REQUESTS, bytesReceived: 0, hits: 0, misses: 0, stale: 0 };
    // That something was pulled is told after the answer.
    await vi.waitFor(async () => {
      expect((await statusOf(registry)).upstreams.map((one) => one['counts'])).toEqual([counts, none]);
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
    const [one] = (await statusOf(registry)).upstreams;
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
    const { upstreams } = await statusOf(registry);
    expect(upstreams).toMatchObject([
      { reachable: false, lastCheck: checked, counts: { requests: { '2xx': 1, '5xx': 3 }, stale: 4 }, hosts: [open] },
    ]);

    registry.clock.advance(10_000);
    const halfOpen = { breaker: { state: 'half-open', since: opened } };
    expect((await statusOf(registry)).upstreams).toMatchObject([{ hosts: [halfOpen] }]);

    from.behaviour = {};
    await pull(registry, 'team/app/manifests/v1');
    const asOf = isoOf(registry);
    const well = {
      reachable: true,
      lastOutcome: { at: asOf, status: 200, trouble: null },
      breaker: { state: 'closed', since: asOf },
      tagBreaker: { state: 'closed', since: asOf },
    };
    expect((await statusOf(registry)).upstreams).toMatchObject([{ reachable: true, lastCheck: asOf, hosts: [well] }]);
  });

  it('that takes no connections is unreachable without a status', async () => {
    const registry = await mirror([from]);
    await from.close();
    await pull(registry, 'team/app/manifests/v1');
    const trouble = expect.stringMatching(/^it cannot be asked: /) as unknown;
    expect((await statusOf(registry)).upstreams).toMatchObject([
      { reachable: false, counts: { requests: { none: 1 } }, hosts: [{ lastOutcome: { status: null, trouble } }] },
    ]);
  });

  it('that gives a page is reachable, with what is wrong with it', async () => {
    const registry = await mirror([from]);
    from.behaviour = { showsPage: true };
    await pull(registry, 'team/app/manifests/v1');
    expect((await statusOf(registry)).upstreams).toMatchObject([
      { reachable: true, hosts: [{ lastOutcome: { status: 200, trouble: 'what it gives is no manifest' } }] },
    ]);
  });

  it('that tells of its limit, and to wait, is shown with both', async () => {
    const registry = await mirror([from]);
    const limits = { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '0;w=21600', 'ratelimit-reset': '300' };
    from.behaviour = { status: 429, headers: { ...limits, 'retry-after': '60' } };
    await pull(registry, 'team/app/manifests/v1');
    const rateLimit = { limit: 100, remaining: 0, reset: isoOf(registry, 300_000), seenAt: isoOf(registry) };
    expect((await statusOf(registry)).upstreams).toMatchObject([
      {
        reachable: true,
        counts: { requests: { '429': 1 } },
        hosts: [{ rateLimit, pausedUntil: isoOf(registry, 60_000), breaker: { state: 'closed' } }],
      },
    ]);
    registry.clock.advance(60_000);
    expect((await statusOf(registry)).upstreams).toMatchObject([{ hosts: [{ pausedUntil: null, rateLimit }] }]);
  });

  it('is reachable by one of its urls, and counts what all of them were asked', async () => {
    const second = await upstream();
    second.has('team/app', image, 'v1');
    const registry = await mirrorWith({ registries: [{ urls: [from.url, second.url], onDemand: true }] });
    from.behaviour = { status: 500 };
    await pull(registry, 'team/app/manifests/v1');
    expect((await statusOf(registry)).upstreams).toMatchObject([
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
    expect((await statusOf(registry)).upstreams).toMatchObject([
      { retriesWaiting: 1, offline: false },
      { retriesWaiting: 0, offline: true },
    ]);
  });
});

describe('the readiness of a mirror', () => {
  it('is not lost by a breaker that is open, which it tells of by the name of the host', async () => {
    const registry = await mirror([from]);
    from.behaviour = { status: 500 };
    for (let pulls = 0; pulls < 3; pulls++) await pull(registry, `team/app-${String(pulls)}/manifests/v1`);
    const response = await registry.request('GET', '/readyz');
    expect([response.status, JSON.parse(response.body.toString())]).toMatchObject([
      200,
      { failures: {}, degraded: { 'sync.upstreams': `they failed again and again: ${from.host}` } },
    ]);
  });

  it('is whole while every breaker is closed', async () => {
    const registry = await mirror([from]);
    from.behaviour = { status: 500 };
    await pull(registry, 'team/app/manifests/v1');
    const response = await registry.request('GET', '/readyz');
    expect(JSON.parse(response.body.toString())).toMatchObject({ failures: {}, degraded: {} });
  });
});
