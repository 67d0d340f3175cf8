import { aBlob, anArtifact, anImage, anIndex, type BuiltManifest, pushManifest } from '@berth/testkit';
import type { FakeUpstream, TestRegistry } from '@berth/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { SeededRandom } from '../kit/builders/seeded-random.js';
import { heldBytes, heldTags, pullBlob, pullImage, settled } from './use-eviction.js';
import { pull, useSync } from './use-sync.js';

const LIMIT = 100_000;
const random = new SeededRandom(1, 'eviction of what was pushed');
const { upstream, mirror } = useSync();
let from: FakeUpstream;
let registry: TestRegistry;
let image: BuiltManifest;

beforeEach(async () => {
  from = await upstream();
  image = anImage().withLayers(0).withLayer(random.bytes(30_000)).build();
  from.has('app', image, 'v1');
  registry = await mirror([from, { maxBytes: LIMIT }]);
});

/** Makes everything go that may. */
async function evictAll(): Promise<void> {
  registry.clock.advance(1000);
  for (let count = 0; count < 3; count++) {
    const other = aBlob(random.bytes(90_000));
    from.hasBlob('other', other);
    await pullBlob(registry, 'other', other.digest, other.bytes);
    await settled(registry);
  }
}

async function pullMirrored(): Promise<void> {
  await pullImage(registry, 'app', 'v1', image);
  await settled(registry);
}

async function expectWhole(tag: string, built: BuiltManifest): Promise<void> {
  const asked = from.requests.length;
  await pullImage(registry, 'app', tag, built);
  expect(from.requests.length).toBe(asked);
}

describe('what was pushed', () => {
  it('stays in a repository of its own, and counts for no upstream', async () => {
    const local = anImage().withLayers(3).withLayerSize(60_000).build();
    await pushManifest(registry.request, 'team/local', local, { tag: 'v1' });
    await evictAll();

    expect(await heldTags(registry)).toContain('team/local:v1');
    expect(await heldBytes(registry, from)).toBeLessThanOrEqual(LIMIT);
    for (const { digest, bytes } of local.blobs) await pullBlob(registry, 'team/local', digest, bytes);
  });

  it('stays in a repository that mirrors, with the layer that it shares with what goes', async () => {
    await pullMirrored();
    const [, layer] = image.blobs;
    const ours = anImage()
      .withLayers(1)
      .withLayer(layer?.bytes ?? expect.fail())
      .build();
    await pushManifest(registry.request, 'app', ours, { tag: 'ours' });
    await evictAll();

    expect(await heldTags(registry)).toEqual(['app:ours']);
    await expectWhole('ours', ours);
  });

  it('stays where its layers were mounted instead of sent', async () => {
    await pullMirrored();
    for (const { digest } of image.blobs)
      expect((await registry.request('POST', `/v2/team/copy/blobs/uploads/?mount=${digest}&from=app`)).status).toBe(
        201,
      );
    const put = { headers: { 'content-type': image.mediaType }, body: image.manifest };
    expect((await registry.request('PUT', '/v2/team/copy/manifests/v1', put)).status).toBe(201);
    await evictAll();

    expect(await heldTags(registry)).toEqual(['team/copy:v1']);
    for (const { digest, bytes } of image.blobs) await pullBlob(registry, 'team/copy', digest, bytes);
  });

  it('stays although it came from the upstream before', async () => {
    await pullMirrored();
    await pushManifest(registry.request, 'app', image, { tag: 'ours' });
    expect(await heldBytes(registry, from)).toBe(0);
    await evictAll();

    expect(await heldTags(registry)).toEqual(['app:ours', 'app:v1']);
    await expectWhole(image.digest, image);
  });

  it('keeps its layers although its client sent none, since they were there', async () => {
    await pullMirrored();
    const put = { headers: { 'content-type': image.mediaType }, body: image.manifest };
    expect((await registry.request('PUT', '/v2/app/manifests/ours', put)).status).toBe(201);
    await evictAll();

    await expectWhole(image.digest, image);
  });

  it('keeps the platforms that its index names', async () => {
    await pullMirrored();
    const index = anIndex().of(image).build();
    const put = { headers: { 'content-type': index.mediaType }, body: index.manifest };
    expect((await registry.request('PUT', '/v2/app/manifests/ours', put)).status).toBe(201);
    await evictAll();

    expect(await heldTags(registry)).toContain('app:ours');
    await expectWhole(image.digest, image);
  });

  it('keeps what it refers to as its subject, without which it would be garbage', async () => {
    await pullMirrored();
    const signature = anArtifact().withBlob(100).withSubject(image).build();
    await pushManifest(registry.request, 'app', signature);
    await evictAll();

    await expectWhole(image.digest, image);
    expect((await pull(registry, `app/manifests/${signature.digest}`)).status).toBe(200);
  });
});
