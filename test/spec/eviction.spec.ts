import { anImage, aBlob, type BuiltManifest, type FakeUpstream, type TestRegistry } from '@berth/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { SeededRandom } from '../kit/builders/seeded-random.js';
import { SlowDownload } from './slow-download.js';
import { heldBytes, heldTags, pullImage, settled, storedBytes } from './use-eviction.js';
import { pull, useSync } from './use-sync.js';

const KIB = 1024;
const MIB = KIB * KIB;
const random = new SeededRandom(1, 'eviction');
const { upstream, mirror } = useSync();
let from: FakeUpstream;

beforeEach(async () => {
  from = await upstream();
});

/** Images of which each has a repository of its own, `app/0` and so on. */
function someImages(count: number, layerBytes = 50_000): readonly BuiltManifest[] {
  return Array.from({ length: count }, (_, at) => {
    const image = anImage({ seed: at }).withLayer(random.bytes(layerBytes)).withLayers(0).build();
    from.has(`app/${String(at)}`, image, 'v1');
    return image;
  });
}

function nameOf(at: number): string {
  return `app/${String(at)}`;
}

async function pullInTurn(registry: TestRegistry, images: readonly BuiltManifest[]): Promise<void> {
  for (const [at, image] of images.entries()) {
    await pullImage(registry, nameOf(at), 'v1', image);
    registry.clock.advance(1000);
  }
}

describe('what is kept of an upstream with a limit', () => {
  it('never exceeds it, and what was pulled least recently goes first', async () => {
    const registry = await mirror([from, { maxBytes: MIB }]);
    const images = someImages(30);
    for (const [at, image] of images.entries()) {
      await pullImage(registry, nameOf(at), 'v1', image);
      registry.clock.advance(1000);
      expect(await storedBytes(registry)).toBeLessThanOrEqual(MIB);
      expect(await heldBytes(registry, from)).toBeLessThanOrEqual(MIB);
    }
    const newest = [...images.keys()].slice(-20);
    expect(await heldTags(registry)).toEqual(newest.map((at) => `${nameOf(at)}:v1`).sort());
    const asked = from.requests.length;
    for (const at of newest) await pullImage(registry, nameOf(at), 'v1', images[at] ?? expect.fail());
    expect(from.requests.length).toBe(asked);
  });
});
