import {
  anArtifact,
  aBlob,
  anImage,
  anIndex,
  createTestRegistry,
  pushBlob,
  pushManifest,
  type TestRegistry,
} from '@berth/testkit';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { milliseconds } from '@berth/sdk';
import { type CollectionReport, GarbageCollection } from './garbage-collection.js';

const DELAY = 1000;
/** Marks are as precise as a hundredth of that. */
const PRECISION = DELAY / 100;
const OLD = DELAY + PRECISION + 1;

describe('garbage collection', () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await createTestRegistry({ configure: ({ storage }) => (storage.gcDelay = milliseconds(DELAY)) });
  });
  afterEach(() => registry.close());

  const collect = async (): Promise<CollectionReport & { readonly lines: readonly string[] }> => {
    const lines: string[] = [];
    const request = { delay: DELAY, signal: new AbortController().signal, gentle: false };
    const onRemoved = (line: string): unknown => lines.push(line);
    return { ...(await registry.application.get(GarbageCollection).run({ ...request, onRemoved })), lines };
  };
  const statusOf = async (path: string, method = 'HEAD') => (await registry.request(method, path)).status;
  const isHeld = async (digest: string, repository = 'a') =>
    (await statusOf(`/v2/${repository}/manifests/${digest}`)) === 200;
  const filesIn = async (folder: string): Promise<string[]> => {
    const entries = await readdir(join(registry.root, folder), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  };

  it('removes an untagged manifest, its blobs and their bytes, and then the empty repository', async () => {
    const image = anImage({ seed: 1 }).withLayers(2).build();
    await pushManifest(registry.request, 'a', image);
    registry.clock.advance(OLD);
    const { lines, ...report } = await collect();
    const bytes = image.blobs.reduce((sum, blob) => sum + blob.bytes.byteLength, 0);
    expect(report).toEqual({ manifests: 1, blobs: 3, uploads: 0, files: 0, bytes });
    expect(lines).toContain(`manifest a ${image.digest}`);
    expect(lines.at(-1)).toBe('repository a');
    expect(await filesIn('blobs')).toEqual([]);
    expect(await statusOf('/v2/a/tags/list', 'GET')).toBe(404);
  });

  it('keeps what is tagged, however old it is', async () => {
    const image = anImage({ seed: 1 }).build();
    await pushManifest(registry.request, 'a', image, { tag: 'x' });
    registry.clock.advance(100 * DELAY);
    expect((await collect()).lines).toEqual([]);
    expect(await isHeld(image.digest)).toBe(true);
  });

  it('keeps the children of an index that stays, to any depth', async () => {
    const image = anImage({ seed: 1 }).build();
    const inner = anIndex({ seed: 2 }).of(image).build();
    await pushManifest(registry.request, 'a', anIndex({ seed: 3 }).of(inner).build(), { tag: 'x' });
    registry.clock.advance(OLD);
    expect((await collect()).lines).toEqual([]);
  });

  it('removes the children with their index', async () => {
    const inner = anIndex({ seed: 2 })
      .of(anImage({ seed: 1 }).build())
      .build();
    await pushManifest(registry.request, 'a', anIndex({ seed: 3 }).of(inner).build(), { tag: 'x' });
    await registry.request('DELETE', '/v2/a/manifests/x');
    registry.clock.advance(OLD);
    expect(await collect()).toMatchObject({ manifests: 3, blobs: 2 });
  });

  it('keeps the referrers of what stays, and their referrers', async () => {
    const image = anImage({ seed: 1 }).build();
    const sbom = anArtifact({ seed: 2 }).withBlob(8).withSubject(image).build();
    const signature = anArtifact({ seed: 3 }).withSubject(sbom).build();
    await pushManifest(registry.request, 'a', image, { tag: 'x' });
    for (const built of [sbom, signature]) await pushManifest(registry.request, 'a', built);
    registry.clock.advance(OLD);
    expect((await collect()).lines).toEqual([]);
  });

  it('removes referrers with their subject, but a tagged one', async () => {
    const image = anImage({ seed: 1 }).build();
    const sbom = anArtifact({ seed: 2 }).withBlob(8).withSubject(image).build();
    const tagged = anArtifact({ seed: 3 }).withBlob(8).withSubject(image).build();
    await pushManifest(registry.request, 'a', image, { tag: 'x' });
    await pushManifest(registry.request, 'a', sbom);
    await pushManifest(registry.request, 'a', tagged, { tag: 'kept' });
    await registry.request('DELETE', `/v2/a/manifests/${image.digest}`);
    registry.clock.advance(OLD);
    await collect();
    expect([await isHeld(sbom.digest), await isHeld(tagged.digest)]).toEqual([false, true]);
  });

  it('does not keep a subject for its referrers', async () => {
    const image = anImage({ seed: 1 }).build();
    await pushManifest(registry.request, 'a', image);
    await pushManifest(registry.request, 'a', anArtifact({ seed: 2 }).withBlob(8).withSubject(image).build());
    registry.clock.advance(OLD);
    expect(await collect()).toMatchObject({ manifests: 2 });
  });

  it('takes what was mirrored for roots, as long as it has an upstream', async () => {
    const image = anImage({ seed: 1 }).build();
    await pushManifest(registry.request, 'a', image);
    await registry.foundations.database.transaction((facts) =>
      facts.updateTable('manifests').set({ origin: 'mirrored', upstream: 'docker.io' }).execute(),
    );
    registry.clock.advance(OLD);
    expect((await collect()).lines).toEqual([]);
    await registry.foundations.database.transaction((facts) =>
      facts.updateTable('manifests').set({ upstream: null }).execute(),
    );
    expect((await collect()).lines).toContain(`manifest a ${image.digest}`);
  });

  it('keeps whatever is not older than gcDelay', async () => {
    const image = anImage({ seed: 1 }).build();
    await pushManifest(registry.request, 'a', image);
    registry.clock.advance(DELAY);
    expect((await collect()).lines).toEqual([]);
    registry.clock.advance(OLD - DELAY);
    expect(await collect()).toMatchObject({ manifests: 1 });
  });

  it('counts the age of a manifest from its last push', async () => {
    const image = anImage({ seed: 1 }).build();
    await pushManifest(registry.request, 'a', image);
    registry.clock.advance(DELAY);
    await pushManifest(registry.request, 'a', image);
    registry.clock.advance(DELAY);
    expect((await collect()).lines).toEqual([]);
  });

  it('removes a blob that no manifest names', async () => {
    const blob = aBlob(Buffer.from('alone'));
    await pushBlob(registry.request, 'a', blob);
    registry.clock.advance(OLD);
    const { lines } = await collect();
    expect(lines).toEqual([`blob ${blob.digest} from a`, `bytes ${blob.digest} (5 bytes)`, 'repository a']);
  });

  it('counts the age of such a blob from the last HEAD', async () => {
    const blob = aBlob(Buffer.from('asked for'));
    await pushBlob(registry.request, 'a', blob);
    registry.clock.advance(DELAY);
    expect(await statusOf(`/v2/a/blobs/${blob.digest}`)).toBe(200);
    registry.clock.advance(DELAY);
    await collect();
    expect(await statusOf(`/v2/a/blobs/${blob.digest}`, 'GET')).toBe(200);
    registry.clock.advance(OLD);
    await collect();
    expect(await statusOf(`/v2/a/blobs/${blob.digest}`, 'GET')).toBe(404);
  });

  it.each(['blobs', 'manifests'] as const)(
    'counts the age of %s from the last HEAD also where the mark before was young enough',
    async (noun) => {
      const image = anImage({ seed: 1 }).withLayers(0).build();
      await pushManifest(registry.request, 'a', image);
      const blob = aBlob(Buffer.from('alone'));
      await pushBlob(registry.request, 'a', blob);
      const path = `/v2/a/${noun}/${noun === 'blobs' ? blob.digest : image.digest}`;
      registry.clock.advance(PRECISION - 1);
      expect(await statusOf(path)).toBe(200);
      registry.clock.advance(DELAY);
      await collect();
      expect(await statusOf(path, 'GET')).toBe(200);
      registry.clock.advance(PRECISION);
      await collect();
      expect(await statusOf(path, 'GET')).toBe(404);
    },
  );

  it('lets HEAD write a mark once in a hundredth of gcDelay', async () => {
    const blob = aBlob(Buffer.from('asked for again and again'));
    const pushed = registry.clock.now();
    await pushBlob(registry.request, 'a', blob);
    const marks: number[] = [];
    for (let passed = 0; passed < 3 * PRECISION; passed++) {
      registry.clock.advance(1);
      expect(await statusOf(`/v2/a/blobs/${blob.digest}`)).toBe(200);
      const { reader } = registry.foundations.database;
      const row = await reader.selectFrom('memberships').select('last_seen').executeTakeFirstOrThrow();
      marks.push(row.last_seen - pushed);
    }
    expect([...new Set(marks)]).toEqual([0, PRECISION, 2 * PRECISION, 3 * PRECISION]);
  });

  it('keeps the bytes of a blob that another repository holds', async () => {
    const image = anImage({ seed: 1 }).build();
    await pushManifest(registry.request, 'a', image);
    await pushManifest(registry.request, 'b', image, { tag: 'x' });
    registry.clock.advance(OLD);
    expect(await collect()).toMatchObject({ manifests: 1, blobs: 0 });
    for (const { digest, bytes } of image.blobs) {
      expect(await statusOf(`/v2/a/blobs/${digest}`)).toBe(404);
      expect((await registry.request('GET', `/v2/b/blobs/${digest}`)).body.equals(bytes)).toBe(true);
    }
  });

  it('gives up uploads that nobody goes on with, and keeps those that somebody does', async () => {
    const open = async () => String((await registry.request('POST', '/v2/a/blobs/uploads/')).headers['location']);
    const [stale, live] = [await open(), await open()];
    for (const location of [stale, live]) await registry.request('PATCH', location, { body: Buffer.from('12345') });
    registry.clock.advance(DELAY);
    await registry.request('PATCH', live, { body: Buffer.from('678') });
    registry.clock.advance(1);
    expect(await collect()).toMatchObject({ uploads: 1, files: 0 });
    expect(await statusOf(stale, 'GET')).toBe(404);
    expect((await registry.request('GET', live)).headers['range']).toBe('0-7');
    expect(await filesIn('uploads')).toEqual([live.split('/').at(-1)]);
  });

  it('removes files that no row names, once they are old', async () => {
    const folder = join(registry.root, 'blobs', 'sha256', 'ab');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'stray.old'), 'x');
    await writeFile(join(folder, 'stray.new'), 'x');
    await writeFile(join(registry.root, 'uploads', 'stray'), 'x');
    const seconds = registry.clock.now() / 1000;
    await utimes(join(folder, 'stray.old'), seconds, seconds - DELAY / 1000 - 1);
    await utimes(join(folder, 'stray.new'), seconds, seconds);
    const { files, lines } = await collect();
    expect([files, lines]).toEqual([2, ['file blobs/sha256/ab/stray.old', 'file stray']]);
    registry.clock.advance(OLD);
    expect((await collect()).lines).toEqual(['file blobs/sha256/ab/stray.new']);
  });

  it('tells the audit log of each manifest that it removed', async () => {
    const image = anImage({ seed: 1 }).build();
    await pushManifest(registry.request, 'a', image);
    registry.clock.advance(OLD);
    registry.auditLines.clear();
    await collect();
    expect(registry.auditLines.all).toContainEqual(
      expect.objectContaining({ msg: 'garbage collection', kind: 'manifest', repository: 'a', digest: image.digest }),
    );
  });

  it('goes through more rows than one step looks at', async () => {
    for (let seed = 0; seed < 130; seed++) {
      await pushManifest(registry.request, `r${String(seed % 7)}`, anArtifact({ seed }).withBlob(8).build());
    }
    registry.clock.advance(OLD);
    expect(await collect()).toMatchObject({ manifests: 130, blobs: 131 });
    expect(await filesIn('blobs')).toEqual([]);
  }, 30_000);

  it('stops where it is told to', async () => {
    const signal = AbortSignal.abort(new Error('stopping'));
    const run = registry.application.get(GarbageCollection).run({ delay: DELAY, signal, gentle: true });
    await expect(run).rejects.toThrow('stopping');
  });

  it.each([
    [
      'an artifact manifest of earlier drafts keeps its blobs',
      'application/vnd.oci.artifact.manifest.v1+json',
      'blobs',
    ],
    ['an index keeps the blobs that build caches put into it', 'application/vnd.oci.image.index.v1+json', 'manifests'],
  ])('%s', async (_name, mediaType, key) => {
    const blob = aBlob(Buffer.from('kept by its manifest'));
    await pushBlob(registry.request, 'a', blob);
    const descriptor = { mediaType: 'application/x', digest: blob.digest, size: blob.bytes.byteLength };
    const body = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, [key]: [descriptor] }));
    const headers = { 'content-type': mediaType };
    expect((await registry.request('PUT', '/v2/a/manifests/x', { headers, body })).status).toBe(201);
    registry.clock.advance(OLD);
    await collect();
    expect((await registry.request('GET', `/v2/a/blobs/${blob.digest}`)).body.equals(blob.bytes)).toBe(true);
    expect((await registry.request('DELETE', `/v2/a/blobs/${blob.digest}`)).status).toBe(405);
  });
});
