import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NotifyEvents } from '@berth/sdk';
import {
  aBlob,
  anImage,
  anIndex,
  type BuiltManifest,
  createTestRegistry,
  type FakeUpstream,
  pushManifest,
  type TestRegistry,
} from '@berth/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import sync from '../../plugins/sync/src/index.js';
import { HookRegistry } from '../../src/plugin-host/hook-registry.js';
import { HookRunner } from '../../src/plugin-host/hook-runner.js';
import { pull, useSync } from './use-sync.js';

type Filled = NotifyEvents['image.filled'];

const { upstream, mirror } = useSync();
const image = anImage().withLayers(3).build();
let from: FakeUpstream;

beforeEach(async () => {
  from = await upstream();
  from.has('team/app', image, 'v1');
});

function bytesOf({ manifest, blobs }: BuiltManifest): number {
  return blobs.reduce((sum, { bytes }) => sum + bytes.byteLength, manifest.byteLength);
}

/** What the server tells of filled images, once it has told all that it has to tell. */
function listenTo(registry: TestRegistry): () => Promise<readonly Filled[]> {
  const heard: Filled[] = [];
  registry.application.get(HookRegistry).add('image.filled', 'fixture', {
    handle: (event) => Promise.resolve(void heard.push(event)),
  });
  return async () => {
    await settled(registry);
    await registry.application.get(HookRunner).drain(1000);
    return heard;
  };
}

/** Waits until nothing comes any more: a blob is sent on before it is held. */
async function settled(registry: TestRegistry): Promise<void> {
  const { reader } = registry.foundations.database;
  await expect.poll(() => reader.selectFrom('uploads').select('id').execute()).toEqual([]);
}

async function pullAll(registry: TestRegistry, built: BuiltManifest, repository = 'team/app'): Promise<void> {
  expect((await pull(registry, `${repository}/manifests/${built.digest}`)).status).toBe(200);
  await pullBlobs(registry, built, repository);
}

async function pullBlobs(registry: TestRegistry, { blobs }: BuiltManifest, repository = 'team/app'): Promise<void> {
  for (const { digest } of blobs) expect((await pull(registry, `${repository}/blobs/${digest}`)).status).toBe(200);
  await settled(registry);
}

describe('an image that comes from an upstream', { timeout: 30_000 }, () => {
  it('is told of once, with its last blob, and written down', async () => {
    const registry = await mirror([from]);
    const filled = listenTo(registry);
    await pull(registry, 'team/app/manifests/v1');
    registry.clock.advance(1500);
    await pullBlobs(registry, { ...image, blobs: image.blobs.slice(1) });
    expect(await filled()).toEqual([]);

    await pullBlobs(registry, image);
    const facts = {
      repository: 'team/app',
      digest: image.digest,
      upstream: from.host,
      bytes: bytesOf(image),
      duration: 1500,
    };
    const told = { ...facts, mediaType: image.mediaType, indexes: [] };
    expect(await filled()).toEqual([told]);
    const { msg: _msg, ...line } =
      registry.logLines.all.find(({ msg }) => String(msg).includes('held completely')) ?? {};
    expect(line).toMatchObject(facts);

    await pullAll(registry, image);
    expect(await filled()).toEqual([told]);
  });

  it('is told of once where many pull all of it at once', async () => {
    const registry = await mirror([from]);
    const filled = listenTo(registry);
    await pull(registry, 'team/app/manifests/v1');
    const paths = image.blobs.map(({ digest }) => `team/app/blobs/${digest}`);
    await Promise.all(
      Array.from({ length: 10 }, () => paths)
        .flat()
        .map((path) => pull(registry, path)),
    );
    expect(await filled()).toMatchObject([{ digest: image.digest }]);
  });

  it('is told of in each repository for itself', async () => {
    from.has('team/other', image, 'v1');
    const registry = await mirror([from]);
    const filled = listenTo(registry);
    await pullAll(registry, image);
    await pullAll(registry, image, 'team/other');
    expect((await filled()).map(({ repository }) => repository)).toEqual(['team/app', 'team/other']);
  });

  it('is told of with its manifest where its blobs are there already', async () => {
    const registry = await mirror([from]);
    const filled = listenTo(registry);
    await pullAll(registry, image);
    const twin = anImage().withLayers(0);
    for (const { bytes } of image.blobs.slice(1)) twin.withLayer(bytes);
    const again = twin.withAnnotations({ again: 'yes' }).build();
    from.has('team/app', again, 'v2');
    await pullBlobs(registry, { ...again, blobs: again.blobs.slice(0, 1) });
    expect(await filled()).toHaveLength(1);
    await pull(registry, 'team/app/manifests/v2');
    expect(await filled()).toMatchObject([{ digest: image.digest }, { digest: again.digest, duration: 0 }]);
  });

  it('is told of when its last blob makes several whole', async () => {
    const shared = aBlob(Buffer.from('a layer of both'));
    const both = [anImage().withLayer(shared.bytes).build(), anImage().withLayer(shared.bytes).build()];
    for (const one of both) from.has('team/app', one);
    const registry = await mirror([from]);
    const filled = listenTo(registry);
    for (const one of both) {
      const blobs = one.blobs.filter(({ digest }) => digest !== shared.digest);
      await pullAll(registry, { ...one, blobs });
    }
    expect(await filled()).toEqual([]);
    await pullBlobs(registry, { ...image, blobs: [shared] });
    expect((await filled()).map(({ digest }) => digest).sort()).toEqual(both.map(({ digest }) => digest).sort());
  });

  it('of an index is told of by itself when it is pulled, with the index, which is not told of', async () => {
    const [amd, arm] = [anImage().build(), anImage().build()];
    const index = anIndex().of(amd, arm).build();
    from.has('team/app', index, 'multi');
    const registry = await mirror([from]);
    const filled = listenTo(registry);
    await pull(registry, 'team/app/manifests/multi');
    await pullAll(registry, amd);
    expect(await filled()).toMatchObject([{ digest: amd.digest, indexes: [index.digest], bytes: bytesOf(amd) }]);
  });

  it('is told of without the layers that lie elsewhere', async () => {
    const [config, near, far] = image.blobs.slice(0, 3);
    if (!config || !near || !far) expect.fail();
    const named = (blob: typeof config, mediaType: string, more = {}): object => ({
      mediaType,
      digest: blob.digest,
      size: blob.bytes.byteLength,
      ...more,
    });
    const layer = 'application/vnd.oci.image.layer.v1.tar+gzip';
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: image.mediaType,
        config: named(config, 'application/vnd.oci.image.config.v1+json'),
        layers: [named(near, layer), named(far, layer, { urls: ['https://elsewhere.example/far'] })],
      }),
    );
    const foreign = { ...image, manifest, digest: aBlob(manifest).digest, blobs: [config, near] };
    from.has('team/app', foreign, 'foreign');
    const registry = await mirror([from]);
    const filled = listenTo(registry);
    await pull(registry, 'team/app/manifests/foreign');
    await pullBlobs(registry, { ...foreign, blobs: [config] });
    expect(await filled()).toEqual([]);
    await pullBlobs(registry, { ...foreign, blobs: [near] });
    expect(await filled()).toMatchObject([{ digest: foreign.digest, bytes: bytesOf(foreign) }]);
  });

  it('is told of again after its manifest was deleted and fetched anew', async () => {
    const registry = await mirror([from]);
    const filled = listenTo(registry);
    await pullAll(registry, image);
    expect((await registry.request('DELETE', `/v2/team/app/manifests/${image.digest}`)).status).toBe(202);
    await pull(registry, `team/app/manifests/${image.digest}`);
    expect(await filled()).toMatchObject([{ digest: image.digest }, { digest: image.digest }]);
  });

  it('is not told of where a client pushed it, or the blob that it lacked', async () => {
    const registry = await mirror([from]);
    const filled = listenTo(registry);
    await pull(registry, 'team/app/manifests/v1');
    await pushManifest(registry.request, 'team/app', anImage().build(), { tag: 'own' });
    const [last, ...others] = image.blobs;
    await pullBlobs(registry, { ...image, blobs: others });
    const { digest, bytes } = last ?? expect.fail();
    const pushed = await registry.request('POST', `/v2/team/app/blobs/uploads/?digest=${digest}`, { body: bytes });
    expect(pushed.status).toBe(201);
    expect(await filled()).toEqual([]);
  });

  it('is told of once where the server is stopped in the midst of it', async () => {
    const root = await mkdtemp(join(tmpdir(), 'berth-filled-'));
    const section = { registries: [{ urls: [from.url], onDemand: true }] };
    const start = () => createTestRegistry({ root, plugins: [{ plugin: sync, section }] });
    const told: Filled[] = [];
    for (const blobs of [image.blobs.slice(0, 2), image.blobs, image.blobs]) {
      const registry = await start();
      const filled = listenTo(registry);
      await pullAll(registry, { ...image, blobs });
      told.push(...(await filled()));
      await registry.close();
    }
    await rm(root, { recursive: true });
    expect(told).toMatchObject([{ digest: image.digest, bytes: bytesOf(image) }]);
  });
});
