import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anImage, anIndex, createTestRegistry } from '@berth/testkit';
import { describe, expect, it, vi } from 'vitest';
import sync from '../../plugins/sync/src/index.js';
import { expectError } from './exchange.js';
import { until } from './until.js';
import { pull, STALE, useSync, WINDOW } from './use-sync.js';

const { upstream, mirror } = useSync();

describe('an image that is not here', () => {
  it('comes in one request for its manifest and one for each blob, and is then served without its upstream', async () => {
    const from = await upstream();
    const image = anImage().withLayers(2).build();
    from.has('team/app', image, 'v1');
    const registry = await mirror([from]);

    const first = await pull(registry, 'team/app/manifests/v1');
    expect(first).toMatchObject({ status: 200, body: image.manifest, digest: image.digest });
    expect(from.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /v2/team/app/manifests/v1']);
    for (const { digest, bytes } of image.blobs) {
      expect((await pull(registry, `team/app/blobs/${digest}`)).body).toEqual(bytes);
    }
    expect(from.requests).toHaveLength(1 + image.blobs.length);

    await from.close();
    for (const reference of ['v1', image.digest]) {
      const again = await pull(registry, `team/app/manifests/${reference}`);
      expect(again).toMatchObject({ status: 200, body: image.manifest, warning: undefined });
    }
    for (const { digest, bytes } of image.blobs) {
      expect((await pull(registry, `team/app/blobs/${digest}`)).body).toEqual(bytes);
    }
  });

  it('is asked for by all four types of manifests, and keeps the type and the bytes it has', async () => {
    const from = await upstream();
    const image = anImage().withMediaTypes('docker').build();
    from.has('team/app', image, 'v1');
    const registry = await mirror([from]);

    const { response, digest } = await pull(registry, `team/app/manifests/v1`);
    expect([response.headers['content-type'], digest]).toEqual([image.mediaType, image.digest]);
    expect(from.requests[0]?.headers.accept?.split(', ')).toHaveLength(4);
  });

  it('is fetched alone where it is an index: no child is', async () => {
    const from = await upstream();
    const index = anIndex().of(anImage().build(), anImage().build()).build();
    from.has('team/app', index, 'v1');
    const registry = await mirror([from]);

    expect((await pull(registry, 'team/app/manifests/v1')).body).toEqual(index.manifest);
    expect(from.requests).toHaveLength(1);
    const [child] = index.children;
    const pulled = await pull(registry, `team/app/manifests/${child?.digest ?? ''}`);
    expect(pulled.body).toEqual(child?.manifest);
  });

  it('is fetched once for many who want it at once', async () => {
    const from = await upstream();
    const image = anImage().build();
    from.has('team/app', image, 'v1');
    const registry = await mirror([from]);

    const all = await Promise.all(Array.from({ length: 20 }, () => pull(registry, 'team/app/manifests/v1')));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([200]));
    expect(from.count('GET', /manifests/)).toBe(1);
  });

  it('is 404 where the upstream has none, which is asked again after ten seconds', async () => {
    const from = await upstream();
    const registry = await mirror([from]);
    const blob = `team/app/blobs/${anImage().build().digest}`;
    for (let round = 0; round < 3; round++) {
      expectError((await pull(registry, 'team/app/manifests/v1')).response, 404, 'MANIFEST_UNKNOWN');
      expectError((await pull(registry, blob)).response, 404, 'BLOB_UNKNOWN');
    }
    expect(from.requests).toHaveLength(2);

    registry.clock.advance(10_001);
    await pull(registry, 'team/app/manifests/v1');
    await pull(registry, blob);
    expect(from.requests).toHaveLength(4);
  });

  it('is asked for nowhere where no upstream answers for its repository', async () => {
    const from = await upstream();
    const registry = await mirror([from, { content: [{ prefix: 'mirrored/*' }] }]);
    expect((await pull(registry, 'other/app/manifests/v1')).status).toBe(404);
    expect((await pull(registry, 'mirrored/deeper/app/manifests/v1')).status).toBe(404);
    expect(from.requests).toEqual([]);
  });
});

describe('a tag that is held', () => {
  it('costs its upstream nothing within the window, and one HEAD after it', async () => {
    const from = await upstream();
    const image = anImage().build();
    from.has('team/app', image, 'v1');
    const registry = await mirror([from]);
    for (let pulls = 0; pulls < 100; pulls++) await pull(registry, 'team/app/manifests/v1');
    expect(from.requests).toHaveLength(1);

    registry.clock.advance(WINDOW);
    for (let pulls = 0; pulls < 10; pulls++) await pull(registry, 'team/app/manifests/v1');
    expect(from.requests.map(({ method }) => method)).toEqual(['GET', 'HEAD']);
  });

  it('is never asked for by its digest', async () => {
    const from = await upstream();
    const image = anImage().build();
    from.has('team/app', image, 'v1');
    const registry = await mirror([from]);
    await pull(registry, 'team/app/manifests/v1');
    registry.clock.advance(WINDOW);
    await pull(registry, `team/app/manifests/${image.digest}`);
    expect(from.requests).toHaveLength(1);
  });

  it('moves with its upstream once the window is over: one HEAD, one GET', async () => {
    const from = await upstream();
    const [older, newer] = [anImage().build(), anImage().build()];
    from.has('team/app', older, 'v1');
    const registry = await mirror([from]);
    await pull(registry, 'team/app/manifests/v1');
    from.has('team/app', newer, 'v1');
    expect((await pull(registry, 'team/app/manifests/v1')).digest).toBe(older.digest);

    registry.clock.advance(WINDOW);
    expect(await pull(registry, 'team/app/manifests/v1')).toMatchObject({ body: newer.manifest, warning: undefined });
    expect(from.requests.slice(1).map(({ method, path }) => `${method} ${path}`)).toEqual([
      'HEAD /v2/team/app/manifests/v1',
      `GET /v2/team/app/manifests/${newer.digest}`,
    ]);
  });

  it.each([[{ claimsDigest: 'none' }], [{ answersHead: false }]] as const)(
    'moves with an upstream of %j, which has to give the manifest to say where it points',
    async (behaviour) => {
      const from = await upstream();
      const [older, newer] = [anImage().build(), anImage().build()];
      from.has('team/app', older, 'v1');
      from.behaviour = behaviour;
      const registry = await mirror([from]);
      await pull(registry, 'team/app/manifests/v1');
      from.has('team/app', newer, 'v1');
      registry.clock.advance(WINDOW);
      expect(await pull(registry, 'team/app/manifests/v1')).toMatchObject({ body: newer.manifest, warning: undefined });
    },
  );

  it('has the window that its upstream is configured with', async () => {
    const from = await upstream();
    from.has('team/app', anImage().build(), 'v1');
    const registry = await mirror([from, { manifestCheckInterval: '5m' }]);
    await pull(registry, 'team/app/manifests/v1');
    registry.clock.advance(299_000);
    await pull(registry, 'team/app/manifests/v1');
    expect(from.requests).toHaveLength(1);
  });
});

describe('an upstream that is configured as offline', () => {
  it('is asked nothing: what is held is served marked stale, and what is not is 404', async () => {
    const root = await mkdtemp(join(tmpdir(), 'berth-sync-'));
    const from = await upstream();
    const image = anImage().build();
    from.has('team/app', image, 'v1');
    const registries = [{ urls: [from.url], onDemand: true }];
    const before = await createTestRegistry({ root, plugins: [{ plugin: sync, section: { registries } }] });
    await pull(before, 'team/app/manifests/v1');
    await before.close();
    from.requests.length = 0;

    const offline = { registries: [{ ...registries[0], offline: true }] };
    const registry = await createTestRegistry({ root, plugins: [{ plugin: sync, section: offline }] });
    expect(await pull(registry, 'team/app/manifests/v1')).toMatchObject({ body: image.manifest, warning: STALE });
    expect((await pull(registry, 'team/app/manifests/v2')).status).toBe(404);
    expect(from.requests).toEqual([]);
    await registry.close();
    await rm(root, { recursive: true });
  });
});

describe('a fetch that failed', () => {
  it('is tried again in the background, and what comes of it is served without the upstream', async () => {
    const from = await upstream();
    const image = anImage().build();
    from.has('team/app', image, 'v1');
    const registry = await mirror([from, { maxRetries: 5, retryDelay: '20ms' }]);
    from.behaviour = { status: 500 };
    expect((await pull(registry, 'team/app/manifests/v1')).status).toBe(502);
    from.behaviour = {};
    await until('it is asked for again', () => from.requests.length > 1);
    from.behaviour = { status: 500 };
    await vi.waitFor(async () => {
      expect(await pull(registry, 'team/app/manifests/v1')).toMatchObject({ status: 200, warning: undefined });
    });
  });
});

describe('the numbers of a mirror', () => {
  it('are exact for ten pulls of which three miss and two are stale', async () => {
    const from = await upstream();
    for (const name of ['a', 'b', 'c']) from.has(name, anImage().build(), '1');
    const registry = await mirror([from]);
    for (const name of ['a', 'b', 'c', 'a', 'b', 'c', 'a', 'b']) await pull(registry, `${name}/manifests/1`);
    registry.clock.advance(WINDOW);
    from.behaviour = { status: 500 };
    for (const name of ['a', 'b']) await pull(registry, `${name}/manifests/1`);

    const labels = { upstream: from.host };
    const seriesOf = (name: string): unknown =>
      registry.numbers.find((one) => one.name === `berth_sync_${name}`)?.series;
    await vi.waitFor(() => {
      expect(seriesOf('hits_total')).toEqual([{ labels, value: 5 }]);
    });
    expect(seriesOf('misses_total')).toEqual([{ labels, value: 3 }]);
    expect(seriesOf('stale_total')).toEqual([{ labels, value: 2 }]);
    expect(seriesOf('upstream_requests_total')).toEqual([
      { labels: { ...labels, status: '2xx' }, value: 3 },
      { labels: { ...labels, status: '5xx' }, value: 2 },
    ]);
  });
});
