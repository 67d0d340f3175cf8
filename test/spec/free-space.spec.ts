import { aBlob, type BuiltBlob, type FakeUpstream, pushManifest, anImage, type TestRegistry } from '@berth/testkit';
import { DEFAULT_STORE, StorageError } from '@berth/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { SeededRandom } from '../kit/builders/seeded-random.js';
import { heldBytes, heldTags, pullBlob, settled, storedBytes } from './use-eviction.js';
import { useSync } from './use-sync.js';

const KIB = 1024;
const random = new SeededRandom(1, 'free space');
const { upstream, mirror } = useSync();
/** A disk of 1000 KiB, of which 5 % have to stay free, beside what else lies on it. */
const TOTAL = 1000 * KIB;
const disk = { others: 0, measured: 0, fails: false };
let from: FakeUpstream;
let other: FakeUpstream;
let registry: TestRegistry;

beforeEach(async () => {
  [from, other] = [await upstream(), await upstream()];
  registry = await mirror([from, { content: [{ prefix: 'app/**' }] }], [other, { content: [{ prefix: 'lib/**' }] }]);
  Object.assign(disk, { others: 0, measured: 0, fails: false });
  Object.assign(registry.foundations.stores.get(DEFAULT_STORE), {
    space: async () => {
      disk.measured += 1;
      if (disk.fails) throw new StorageError('failed', 'measuring', '/', 'EIO');
      return { free: TOTAL - disk.others - (await storedBytes(registry)), total: TOTAL };
    },
  });
});

async function pullNew(length: number, repository = 'app/one', there = from): Promise<BuiltBlob> {
  const blob = aBlob(random.bytes(length));
  there.hasBlob(repository, blob);
  await pullBlob(registry, repository, blob.digest, blob.bytes);
  await settled(registry);
  registry.clock.advance(1000);
  return blob;
}

describe('a disk that fills up', () => {
  it('keeps its 5 % free: what was pulled least recently goes, whichever upstream it came from', async () => {
    const first = await pullNew(400 * KIB);
    await pullNew(100 * KIB, 'lib/two', other);
    disk.others = 350 * KIB;
    await pullNew(110 * KIB);

    expect(await storedBytes(registry)).toBe(210 * KIB);
    expect(await heldBytes(registry, from)).toBe(110 * KIB);
    const asked = from.requests.length;
    await pullBlob(registry, 'app/one', first.digest, first.bytes);
    expect(from.requests.length).toBeGreaterThan(asked);
  });

  it('evicts nothing while there is enough', async () => {
    await pullNew(450 * KIB);
    await pullNew(450 * KIB);
    expect(await storedBytes(registry)).toBe(900 * KIB);
  });

  it('passes on what it has no room for, and does not empty itself in vain', async () => {
    await pullNew(100 * KIB);
    disk.others = 840 * KIB;
    await pullNew(200 * KIB);

    expect(await storedBytes(registry)).toBe(100 * KIB);
    const fills = registry.numbers.find(({ name }) => name === 'berth_mirror_fills_total')?.series ?? [];
    expect(fills.find(({ labels }) => labels['outcome'] === 'overfull')?.value).toBe(1);
  });

  it('never loses what was pushed', async () => {
    const local = anImage()
      .withLayers(1)
      .withLayerSize(500 * KIB)
      .build();
    await pushManifest(registry.request, 'team/local', local, { tag: 'v1' });
    disk.others = 400 * KIB;
    await pullNew(20 * KIB);
    await pullNew(100 * KIB);

    expect(await heldTags(registry)).toEqual(['team/local:v1']);
    for (const { digest, bytes } of local.blobs) await pullBlob(registry, 'team/local', digest, bytes);
  });

  it('is measured once a second at most, and by fetches alone', async () => {
    const blob = await pullNew(KIB);
    expect(disk.measured).toBe(1);
    await pullBlob(registry, 'app/one', blob.digest, blob.bytes);
    await Promise.all([1, 2, 3].map((count) => pullBlobOf(count)));
    expect(disk.measured).toBe(2);
  });

  it('is written to where it cannot be measured, since writing will tell', async () => {
    disk.fails = true;
    await pullNew(KIB);
    expect(await storedBytes(registry)).toBe(KIB);
    expect(registry.logLines.all.some(({ msg }) => String(msg).includes('cannot be found out'))).toBe(true);
  });

  it('counts what is on its way', async () => {
    disk.others = 700 * KIB;
    await Promise.all([1, 2, 3].map((count) => pullBlobOf(count, 100 * KIB)));
    await settled(registry);
    expect(await storedBytes(registry)).toBeLessThanOrEqual(250 * KIB);
  });

  it('counts what has come since it was measured', async () => {
    disk.others = 700 * KIB;
    for (const count of [1, 2, 3]) {
      await pullBlobOf(count, 100 * KIB);
      await settled(registry);
      expect(await storedBytes(registry)).toBeLessThanOrEqual(250 * KIB);
    }
    expect(await storedBytes(registry)).toBeGreaterThan(200 * KIB);
  });
});

async function pullBlobOf(count: number, length = KIB): Promise<void> {
  const blob = aBlob(random.bytes(length + count));
  from.hasBlob('app/more', blob);
  await pullBlob(registry, 'app/more', blob.digest, blob.bytes);
}
