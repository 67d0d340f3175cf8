import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aBlob, anImage, anIndex, type BuiltManifest, type FakeUpstream, type TestRegistry } from '@berth/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { ConfigReload } from '../../src/config-reload.js';
import { SeededRandom } from '../kit/builders/seeded-random.js';
import { SlowDownload } from './slow-download.js';
import { stateOf } from './sync-state.js';
import { heldBytes, heldTags, heldTagsSettle, pullBlob, pullImage, settled, storedBytes } from './use-eviction.js';
import { pull, useSync } from './use-sync.js';

const KIB = 1024;
const MIB = KIB * KIB;
const random = new SeededRandom(1, 'eviction');
const { upstream, mirror } = useSync();
let from: FakeUpstream;

beforeEach(async () => {
  from = await upstream();
});

const nameOf = (at: number): string => `app/${String(at)}`;
const imageOf = (...layers: readonly Buffer[]): BuiltManifest =>
  layers.reduce((builder, layer) => builder.withLayer(layer), anImage().withLayers(0)).build();

/** Images of which each has a repository of its own, `app/0` and so on, and a layer of `layerBytes`. */
function someImages(count: number, layerBytes = 50_000): readonly BuiltManifest[] {
  return Array.from({ length: count }, (_, at) => {
    const image = imageOf(random.bytes(layerBytes));
    from.has(nameOf(at), image, 'v1');
    return image;
  });
}

async function pullInTurn(registry: TestRegistry, images: readonly BuiltManifest[]): Promise<void> {
  for (const [at, image] of images.entries()) {
    await pullImage(registry, nameOf(at), 'v1', image);
    await settled(registry);
    registry.clock.advance(1000);
  }
}

describe('what is kept of an upstream with a limit', () => {
  it('never exceeds it, and what was pulled least recently goes first', async () => {
    const registry = await mirror([from, { maxBytes: MIB }]);
    const images = someImages(30);
    for (const [at, image] of images.entries()) {
      await pullImage(registry, nameOf(at), 'v1', image);
      await settled(registry);
      registry.clock.advance(1000);
      expect(await storedBytes(registry)).toBeLessThanOrEqual(MIB);
      expect(await heldBytes(registry, from)).toBeLessThanOrEqual(MIB);
    }
    const newest = [...images.keys()].slice(-20);
    expect(await heldTags(registry)).toEqual(newest.map((at) => `${nameOf(at)}:v1`).sort());
    const asked = from.requests.length;
    for (const at of newest) await pullImage(registry, nameOf(at), 'v1', images[at] ?? expect.fail());
    expect(from.requests.length).toBe(asked);
  }, 30_000);

  it('goes in the order of the last pulls, of which those of the last seconds are in memory alone', async () => {
    const registry = await mirror([from, { maxBytes: 160_000 }]);
    const images = someImages(4);
    await pullInTurn(registry, images.slice(0, 3));
    await pull(registry, `${nameOf(0)}/manifests/v1`);
    registry.clock.advance(1000);
    await pullImage(registry, nameOf(3), 'v1', images[3] ?? expect.fail());
    await settled(registry);

    expect(await heldTags(registry)).toEqual(['app/0:v1', 'app/2:v1', 'app/3:v1']);
  });

  it('never exceeds it while fifty pull at once, who all get what they asked for', async () => {
    const registry = await mirror([from, { maxBytes: 200_000 }]);
    const images = someImages(50);
    const sizes: number[] = [];
    await Promise.all(
      images.map(async (image, at) => {
        await pullImage(registry, nameOf(at), 'v1', image);
        sizes.push(await storedBytes(registry));
      }),
    );
    await settled(registry);

    expect(await storedBytes(registry)).toBeGreaterThan(100_000);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(200_000);
    await expect.poll(() => heldBytes(registry, from)).toBeLessThanOrEqual(200_000);
  }, 30_000);

  it('leaves an image of the same repository whole that shares a layer with one that goes', async () => {
    const registry = await mirror([from, { maxBytes: 160_000 }]);
    const [shared, first, second, other] = [0, 1, 2, 3].map(() => random.bytes(50_000)) as [
      Buffer,
      Buffer,
      Buffer,
      Buffer,
    ];
    const images = { v1: imageOf(shared, first), v2: imageOf(shared, second), v3: imageOf(other) };
    for (const [tag, image] of Object.entries(images)) {
      from.has('app', image, tag);
      await pullImage(registry, 'app', tag, image);
      await settled(registry);
      registry.clock.advance(1000);
    }
    expect(await heldTags(registry)).toEqual(['app:v2', 'app:v3']);
    const asked = from.requests.length;
    await pullImage(registry, 'app', 'v2', images.v2);
    expect(from.requests.length).toBe(asked);
  });

  it('counts a blob of several repositories once, and leaves it to the one that is left', async () => {
    const registry = await mirror([from, { maxBytes: 160_000 }]);
    const [shared, first, second] = [0, 1, 2].map(() => random.bytes(50_000)) as [Buffer, Buffer, Buffer];
    const images = [imageOf(shared, first), imageOf(shared), imageOf(second)];
    for (const [at, image] of images.entries()) from.has(nameOf(at), image, 'v1');
    await pullInTurn(registry, images);
    expect(await heldTags(registry)).toEqual(['app/0:v1', 'app/1:v1', 'app/2:v1']);
    from.has('more', imageOf(random.bytes(50_000)), 'v1');
    expect((await pull(registry, 'app/1/manifests/v1')).status).toBe(200);
    registry.clock.advance(1000);
    await pullBlob(registry, 'more', ...blobOf(from, 'more', 40_000));
    await settled(registry);

    expect(await heldTags(registry)).toEqual(['app/1:v1', 'app/2:v1']);
    expect(await heldBytes(registry, from)).toBeLessThan(160_000);
    const asked = from.requests.length;
    await pullImage(registry, 'app/1', 'v1', images[1] ?? expect.fail());
    expect(from.requests.length).toBe(asked);
  });

  it('lets an index go, and keeps the platform of it that was pulled by its digest since', async () => {
    const registry = await mirror([from, { maxBytes: 160_000 }]);
    const [amd64, arm64] = [imageOf(random.bytes(40_000)), imageOf(random.bytes(40_000))];
    const index = anIndex().of(amd64, arm64).build();
    from.has('app', index, 'v1');
    expect((await pull(registry, 'app/manifests/v1')).status).toBe(200);
    for (const child of [amd64, arm64]) await pullImage(registry, 'app', child.digest, child);
    await settled(registry);
    registry.clock.advance(1000);
    await pull(registry, `app/manifests/${amd64.digest}`);
    registry.clock.advance(1000);
    await pullBlob(registry, 'more', ...blobOf(from, 'more', 100_000));
    await settled(registry);

    expect(await heldTags(registry)).toEqual([]);
    const asked = from.requests.length;
    await pullImage(registry, 'app', amd64.digest, amd64);
    expect(from.requests.length).toBe(asked);
    await pullImage(registry, 'app', arm64.digest, arm64);
    expect(from.requests.length).toBeGreaterThan(asked);
  });

  it('lets a blob go that no manifest names', async () => {
    const registry = await mirror([from, { maxBytes: 100_000 }]);
    await pullBlob(registry, 'app', ...blobOf(from, 'app', 60_000));
    await settled(registry);
    registry.clock.advance(1000);
    await pullBlob(registry, 'app', ...blobOf(from, 'app', 60_000));
    await settled(registry);

    expect(await heldBytes(registry, from)).toBe(60_000);
    expect(await storedBytes(registry)).toBe(60_000);
  });

  it('does not have a blob that is larger: it is passed on, and nothing goes for it', async () => {
    const registry = await mirror([from, { maxBytes: 100_000 }]);
    await pullInTurn(registry, someImages(1));
    const held = await storedBytes(registry);
    await pullBlob(registry, 'app', ...blobOf(from, 'app', 300_000));
    await settled(registry);

    expect(await storedBytes(registry)).toBe(held);
    expect(numberOf(registry, 'berth_mirror_fills_total', 'outcome', 'overfull')).toBe(1);
    expect(await heldTags(registry)).toEqual(['app/0:v1']);
  });

  it('stays while it is read, however slowly', async () => {
    const registry = await mirror([from, { maxBytes: 9 * MIB }]);
    const [image] = someImages(1, 8 * MIB);
    await pullInTurn(registry, [image ?? expect.fail()]);
    const [, layer] = image?.blobs ?? [];
    const slow = (await SlowDownload.begin(`${registry.url}/v2/app/0/blobs/${String(layer?.digest)}`)).pause();
    await pullBlob(registry, 'more', ...blobOf(from, 'more', 2 * MIB));
    await settled(registry);
    expect(await heldTags(registry)).toEqual(['app/0:v1']);
    expect(numberOf(registry, 'berth_mirror_fills_total', 'outcome', 'overfull')).toBe(1);

    slow.resume();
    expect(await slow.ended).toBe(true);
    expect(slow.bytes.equals(layer?.bytes ?? Buffer.alloc(0))).toBe(true);
    await pullBlob(registry, 'more', ...blobOf(from, 'more', 2 * MIB));
    await settled(registry);
    expect(await storedBytes(registry)).toBe(2 * MIB);
  });

  it('goes in the background when a reload lowers the limit', async () => {
    const registry = await mirror([from]);
    const images = someImages(6);
    await pullInTurn(registry, images);
    expect(await heldTags(registry)).toHaveLength(6);
    await reload(registry, { maxBytes: '120KB' });

    await heldTagsSettle(registry, ['app/4:v1', 'app/5:v1']);
    expect(await heldBytes(registry, from)).toBeLessThanOrEqual(120_000);
  });

  it('goes once it is read no more where a lower limit had to wait for that', async () => {
    const registry = await mirror([from]);
    const [image] = someImages(1, 8 * MIB);
    await pullInTurn(registry, [image ?? expect.fail()]);
    const [, layer] = image?.blobs ?? [];
    const slow = (await SlowDownload.begin(`${registry.url}/v2/app/0/blobs/${String(layer?.digest)}`)).pause();
    await reload(registry, { maxBytes: '1MB' });
    await heldTagsSettle(registry, []);
    expect(await storedBytes(registry)).toBe(8 * MIB);

    slow.resume();
    expect(await slow.ended).toBe(true);
    await expect.poll(() => storedBytes(registry)).toBe(0);
  });

  it('is told: to those who follow changes, in the audit, the state of the upstream and the metrics', async () => {
    const registry = await mirror([from, { maxBytes: 100_000 }]);
    const [image, next] = someImages(2) as [BuiltManifest, BuiltManifest];
    await pullInTurn(registry, [image, next]);
    const { reader } = registry.foundations.database;
    const changes = await reader
      .selectFrom('changes')
      .select(['kind', 'reference', 'digest'])
      .orderBy('sequence')
      .execute();
    const gone = changes.filter(({ kind }) => kind.endsWith('.deleted'));
    expect(gone).toEqual([
      { kind: 'tag.deleted', reference: 'v1', digest: image.digest },
      { kind: 'manifest.deleted', reference: null, digest: image.digest },
      ...image.blobs
        .map(({ digest }) => ({ kind: 'blob.deleted', reference: null, digest }))
        .sort((one, other) => (one.digest < other.digest ? -1 : 1)),
    ]);
    const audited = registry.auditLines.all.filter(({ msg }) => msg === 'eviction');
    expect(audited.map(({ kind }) => kind)).toEqual(['manifest', ...image.blobs.map(() => 'membership')]);
    const held = await heldBytes(registry, from);
    expect((await stateOf(registry)).upstreams).toMatchObject([{ cache: { heldBytes: held, maxBytes: 100_000 } }]);
    await expect.poll(() => numberOf(registry, 'berth_sync_held_bytes', 'upstream', from.host)).toBe(held);
    const size = image.blobs.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
    expect(numberOf(registry, 'berth_sync_evicted_bytes_total', 'upstream', from.host)).toBe(size);
    expect(numberOf(registry, 'berth_sync_evicted_manifests_total', 'upstream', from.host)).toBe(1);
  });
});

/** A blob of the upstream, for `pullBlob`. */
function blobOf(there: FakeUpstream, repository: string, length: number): [string, Buffer] {
  const blob = aBlob(random.bytes(length));
  there.hasBlob(repository, blob);
  return [blob.digest, blob.bytes];
}

async function reload({ application, foundations }: TestRegistry, keys: object): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-eviction-'));
  const path = join(folder, 'berth.json');
  const registries = [{ urls: [from.url], onDemand: true, ...keys }];
  writeFileSync(path, JSON.stringify({ extensions: { sync: { registries } } }));
  expect(await new ConfigReload(application, foundations.config, path).reload()).toBe('applied');
  await rm(folder, { recursive: true });
}

function numberOf(registry: TestRegistry, name: string, label: string, value: string): number {
  const series = registry.numbers.find((instrument) => instrument.name === name)?.series ?? [];
  return series.filter(({ labels }) => labels[label] === value).reduce((sum, one) => sum + one.value, 0);
}
