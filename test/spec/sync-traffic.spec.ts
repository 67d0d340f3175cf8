import { aBlob, anImage, type BuiltBlob, type FakeUpstream, type TestRegistry } from '@berth/testkit';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { SeededRandom } from '../kit/builders/seeded-random.js';
import { SlowDownload } from './slow-download.js';
import { stateOf } from './sync-state.js';
import { pull, useSync } from './use-sync.js';

const { upstream, mirror } = useSync();
const image = anImage().withLayers(2).withLayerSize(100_000).build();
const [config, layer] = [image.blobs[0] ?? expect.fail(), image.blobs[1] ?? expect.fail()];
const MANIFEST = image.manifest.byteLength;
const random = new SeededRandom(1, 'traffic of a mirror');
let from: FakeUpstream;

beforeEach(async () => {
  from = await upstream();
  from.has('team/app', image, 'v1');
});

const pathOf = ({ digest }: BuiltBlob): string => `team/app/blobs/${digest}`;

/** Requests are counted when they are over, which is after their answer. */
async function expectCounts(registry: TestRegistry, counts: Readonly<Record<string, unknown>>): Promise<void> {
  await vi.waitFor(async () => {
    expect((await stateOf(registry)).upstreams[0]?.['counts']).toMatchObject(counts);
  });
}

async function get(registry: TestRegistry, path: string, headers: Readonly<Record<string, string>> = {}) {
  return registry.request('GET', `/v2/${path}`, { headers });
}

function seriesOf(registry: TestRegistry, name: string, labels: Readonly<Record<string, string>>): number | undefined {
  const series = registry.numbers.find((one) => one.name === name)?.series ?? [];
  return series.find((one) => Object.entries(labels).every(([key, value]) => one.labels[key] === value))?.value;
}

describe('the traffic of a mirror', { timeout: 30_000 }, () => {
  it('of ten pulls of an image, of which the first misses, is exact to the byte', async () => {
    const registry = await mirror([from]);
    const size = image.blobs.reduce((sum, { bytes }) => sum + bytes.byteLength, MANIFEST);
    for (let pulls = 0; pulls < 10; pulls++) {
      expect((await pull(registry, 'team/app/manifests/v1')).status).toBe(200);
      for (const blob of image.blobs) expect((await pull(registry, pathOf(blob))).body).toEqual(blob.bytes);
      // What has come is held a moment after it was sent.
      if (pulls === 0) await expect.poll(async () => (await stateOf(registry)).upstreams[0]?.['fills']).toEqual([]);
    }
    await expectCounts(registry, {
      requests: { '2xx': 4, none: 0 },
      bytesReceived: size,
      hits: 9,
      misses: 1,
      stale: 0,
      blobHits: 27,
      blobMisses: 3,
      coalesced: 0,
      bytesFromCache: 9 * size,
      bytesPassedOn: size,
      blobsFetched: { kept: 3, broken: 0 },
    });
    const labels = { upstream: from.host };
    expect([
      seriesOf(registry, 'berth_mirror_sent_bytes_total', { ...labels, result: 'hit' }),
      seriesOf(registry, 'berth_mirror_sent_bytes_total', { ...labels, result: 'miss' }),
      seriesOf(registry, 'berth_mirror_blob_pulls_total', { ...labels, result: 'hit' }),
      seriesOf(registry, 'berth_mirror_blob_pulls_total', { ...labels, result: 'miss' }),
      seriesOf(registry, 'berth_mirror_upstream_bytes_total', labels),
      seriesOf(registry, 'berth_mirror_fills_total', { ...labels, outcome: 'kept' }),
    ]).toEqual([9 * size, size, 27, 3, size - MANIFEST, 3]);
    const firstByte = registry.numbers.find(({ name }) => name === 'berth_mirror_fill_first_byte_seconds');
    expect(firstByte?.series).toMatchObject([{ labels, count: 3 }]);
  });

  it('is that of each upstream apart', async () => {
    const other = await upstream();
    other.has('other/app', image, 'v1');
    const registry = await mirror(
      [from, { content: [{ prefix: 'team/**' }] }],
      [other, { content: [{ prefix: 'other/**' }] }],
    );
    await pull(registry, `other/app/blobs/${layer.digest}`);
    await pull(registry, pathOf(config));
    await vi.waitFor(async () => {
      const counts = (await stateOf(registry)).upstreams.map((one) => one['counts']);
      expect(counts).toMatchObject([
        { bytesPassedOn: config.bytes.byteLength },
        { bytesPassedOn: layer.bytes.byteLength },
      ]);
    });
  });

  it('has the bytes of a part, none of HEAD, of a 304 and of an error', async () => {
    const registry = await mirror([from]);
    await pull(registry, pathOf(layer));
    await expectCounts(registry, { blobsFetched: { kept: 1 }, bytesPassedOn: 100_000 });
    const tag = { 'if-none-match': `"${layer.digest}"` };
    expect((await get(registry, pathOf(layer), { range: 'bytes=10-19' })).body).toHaveLength(10);
    expect((await get(registry, pathOf(layer), { range: 'bytes=1-80000' })).body).toHaveLength(80_000);
    expect((await get(registry, pathOf(layer), { range: 'bytes=100000-' })).status).toBe(416);
    expect((await get(registry, pathOf(layer), tag)).status).toBe(304);
    expect((await pull(registry, pathOf(layer), 'HEAD')).status).toBe(200);
    await get(registry, pathOf(config), { range: 'bytes=0-0' });
    await expectCounts(registry, { bytesFromCache: 80_010, bytesPassedOn: 100_001, blobHits: 4, blobMisses: 2 });
  });

  it('has nothing of what clients have pushed, also into a mirrored repository', async () => {
    const registry = await mirror([from]);
    await pull(registry, 'team/app/manifests/v1');
    const own = aBlob(random.bytes(1000));
    const upload = `/v2/team/app/blobs/uploads/?digest=${own.digest}`;
    expect((await registry.request('POST', upload, { body: own.bytes })).status).toBe(201);
    expect((await pull(registry, pathOf(own))).body).toEqual(own.bytes);
    await expectCounts(registry, { bytesPassedOn: MANIFEST });
    await expectCounts(registry, { bytesFromCache: 0, blobHits: 0, blobMisses: 0 });
  });

  it('has what had left where a client goes away, and no more', async () => {
    const large = aBlob(random.bytes(16 * 1024 * 1024));
    from.hasBlob('team/app', large);
    const registry = await mirror([from]);
    await pull(registry, pathOf(large));
    await expectCounts(registry, { blobsFetched: { kept: 1 }, bytesPassedOn: large.bytes.byteLength });

    const slow = (await SlowDownload.begin(`${registry.url}/v2/${pathOf(large)}`)).pause();
    await expect.poll(() => registry.openSockets).toBeGreaterThan(0);
    slow.leave();
    await slow.ended;
    await expectCounts(registry, { blobHits: 1 });
    await expect.poll(() => registry.logLines.all.filter(({ status }) => status === 499)).toHaveLength(1);
    const counts = (await stateOf(registry)).upstreams[0]?.['counts'] as { readonly bytesFromCache: number };
    expect(counts.bytesFromCache).toBeGreaterThanOrEqual(slow.length);
    expect(counts.bytesFromCache).toBeLessThan(large.bytes.byteLength);
    expect(counts.bytesFromCache % (256 * 1024)).toBe(0);
  });

  it('of a blob that is wrong has nothing of what nobody got', async () => {
    from.behaviour = { bytesFor: new Map([[config.digest, Buffer.alloc(config.bytes.byteLength)]]) };
    const registry = await mirror([from]);
    await pull(registry, pathOf(config)).catch(() => undefined);
    await expectCounts(registry, { blobsFetched: { wrong: 1 } });
    await expect
      .poll(() => registry.logLines.all.filter(({ path }) => path === `/v2/${pathOf(config)}`))
      .toHaveLength(1);
    await expectCounts(registry, { bytesPassedOn: 0, bytesReceived: config.bytes.byteLength });
  });

  it('of fifty who want one blob at once is one fetch and forty-nine that follow it', async () => {
    const registry = await mirror([from]);
    const answered = Promise.withResolvers<undefined>();
    from.behaviour = { waitsFor: answered.promise };
    const pulls = Array.from({ length: 50 }, () => pull(registry, pathOf(layer)));
    await expect.poll(async () => (await stateOf(registry)).upstreams[0]).toMatchObject({ fills: [{ readers: 50 }] });
    answered.resolve(undefined);
    const pulled = await Promise.all(pulls);
    expect(pulled.every(({ body }) => body.equals(layer.bytes))).toBe(true);
    expect(from.count('GET', /blobs/)).toBe(1);
    await expectCounts(registry, {
      blobMisses: 50,
      coalesced: 49,
      bytesPassedOn: 50 * layer.bytes.byteLength,
      bytesReceived: layer.bytes.byteLength,
      blobsFetched: { kept: 1 },
    });
    expect(seriesOf(registry, 'berth_mirror_coalesced_readers_total', { upstream: from.host })).toBe(49);
  });
});

describe('a manifest whose tag has moved', () => {
  it('counts as fetched, and as held where it is here already', async () => {
    const next = anImage().build();
    from.has('team/app', next, 'v2');
    const registry = await mirror([from]);
    await pull(registry, 'team/app/manifests/v1');
    await pull(registry, 'team/app/manifests/v2');
    const both = MANIFEST + next.manifest.byteLength;
    await expectCounts(registry, { bytesPassedOn: both, bytesFromCache: 0 });
    // Moved to what is held under another tag, and then to what is not.
    from.has('team/app', next, 'v1');
    registry.clock.advance(60_000);
    expect((await pull(registry, 'team/app/manifests/v1')).digest).toBe(next.digest);
    await expectCounts(registry, { bytesPassedOn: both, bytesFromCache: next.manifest.byteLength });
    const last = anImage().build();
    from.has('team/app', last, 'v1');
    registry.clock.advance(60_000);
    expect((await pull(registry, 'team/app/manifests/v1')).digest).toBe(last.digest);
    await expectCounts(registry, { bytesPassedOn: both + last.manifest.byteLength });
  });
});

describe('the blobs that are coming', () => {
  it('are shown where they are asked for, until somebody has said to have them', async () => {
    const registry = await mirror([from]);
    const answered = Promise.withResolvers<undefined>();
    from.behaviour = { waitsFor: answered.promise };
    const pulled = pull(registry, pathOf(layer));
    const since = new Date(registry.clock.now()).toISOString();
    const fill = { repository: 'team/app', digest: layer.digest, size: null, received: 0, since, readers: 1 };
    await expect.poll(async () => (await stateOf(registry)).upstreams[0]?.['fills']).toEqual([fill]);
    answered.resolve(undefined);
    expect((await pulled).body).toEqual(layer.bytes);
    await expect.poll(async () => (await stateOf(registry)).upstreams[0]?.['fills']).toEqual([]);
  });

  it('are shown with how far they are, with the upstream that gives them and with no other', async () => {
    const other = await upstream();
    const registry = await mirror([other], [from]);
    from.behaviour = { bytesPerSecond: 100 };
    const download = await SlowDownload.begin(`${registry.url}/v2/${pathOf(layer)}`);
    const received = expect.any(Number) as number;
    const fill = { repository: 'team/app', digest: layer.digest, size: 100_000, received, readers: 1 };
    const { upstreams } = await stateOf(registry);
    expect(upstreams).toMatchObject([{ fills: [] }, { fills: [fill] }]);
    download.leave();
    await expect.poll(async () => (await stateOf(registry)).upstreams[1]).toMatchObject({ fills: [{ readers: 0 }] });
  });
});
