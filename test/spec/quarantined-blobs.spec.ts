import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  BlobStore,
  DEFAULT_STORE,
  definePlugin,
  type HookHandler,
  type SourceFinds,
  type SourceResult,
} from '@berth/sdk';
import { GarbageCollection } from '../../src/content/garbage-collection/garbage-collection.js';
import { aBlob, anImage, createTestRegistry, pushBlob, pushManifest, type TestRegistry } from '../kit/index.js';

type Answer = SourceResult<SourceFinds['blob.readMiss']>;

const DAY = 86_400_000;
const blob = aBlob(Buffer.from('bytes that no row names'));

let registry: TestRegistry;
let answer: () => Answer;

@Injectable()
class Upstream implements HookHandler<'blob.readMiss'> {
  async handle(): Promise<Answer> {
    return answer();
  }
}

const fixture = definePlugin({ name: 'fixture', hooks: { 'blob.readMiss': Upstream } });

function found(bytes: Buffer): Answer {
  return { outcome: 'found', found: { stream: Readable.from([bytes]), size: undefined, upstream: 'upstream.example' } };
}

describe('a quarantined blob', () => {
  const image = anImage({ seed: 9 }).withLayers(1).build();
  const layer = image.blobs.at(-1) ?? expect.fail();
  const path = `/v2/app/blobs/${layer.digest}`;
  const key = { store: 'default', digest: layer.digest };
  const store = (): BlobStore => registry.application.get(BlobStore, { strict: false });

  beforeEach(async () => {
    answer = () => ({ outcome: 'absent' });
    registry = await createTestRegistry({ plugins: [{ plugin: fixture }] });
    await pushManifest(registry.request, 'app', image, { tag: 'v1' });
    await pushManifest(registry.request, 'other', image);
    expect(await store().quarantine(key)).toBe(true);
  });

  afterEach(async () => {
    await registry.close();
  });

  it('is 404 for GET and HEAD in every repository, mounts no more, and fails a push that needs it', async () => {
    const { status } = await registry.request('GET', path);
    const head = await registry.request('HEAD', `/v2/other/blobs/${layer.digest}`);
    const mount = `/v2/third/blobs/uploads/?mount=${layer.digest}&from=app`;
    const again = await registry.request('PUT', '/v2/app/manifests/v2', {
      headers: { 'content-type': image.mediaType },
      body: image.manifest,
    });

    expect([status, head.status, (await registry.request('POST', mount)).status]).toEqual([404, 404, 202]);
    expect([again.status, again.body.toString()]).toEqual([404, expect.stringContaining('MANIFEST_BLOB_UNKNOWN')]);
  });

  it('is in service again in every repository once one pushes it', async () => {
    await pushBlob(registry.request, 'app', layer);

    expect((await registry.request('GET', path)).body).toEqual(layer.bytes);
    expect((await registry.request('GET', `/v2/other/blobs/${layer.digest}`)).body).toEqual(layer.bytes);
    expect((await store().scan(undefined, 10)).map(({ state }) => state)).toEqual(['present', 'present']);
  });

  it('is in service again once somebody asks for it and a source has it', async () => {
    answer = () => found(layer.bytes);

    expect((await registry.request('GET', path)).body).toEqual(layer.bytes);
  });

  it('is repaired from a source, where one has it', async () => {
    expect(await store().repair(key)).toBe('absent');
    answer = () => ({ outcome: 'unavailable', upstream: 'upstream.example' });
    expect(await store().repair(key)).toBe('unavailable');
    answer = () => found(Buffer.from('wrong'));
    expect(await store().repair(key)).toBe('unavailable');

    answer = () => found(layer.bytes);
    expect(await store().repair(key)).toBe('repaired');
    expect((await registry.request('GET', path)).body).toEqual(layer.bytes);
  });

  it('names the manifests that need it, with their tags', async () => {
    expect(await store().affected(key, 10)).toEqual([
      { repository: 'app', digest: image.digest, tags: ['v1'] },
      { repository: 'other', digest: image.digest, tags: [] },
    ]);
    expect(await store().affected(key, 1)).toHaveLength(1);
  });

  it('goes with its bytes as garbage once nothing names it, and so do damaged bytes that no row names', async () => {
    const { application, foundations, clock, request } = registry;
    const stray = (await foundations.stores.get(DEFAULT_STORE).setAside(await placedLocation())) ?? expect.fail();
    for (const name of ['app', 'other']) await request('DELETE', `/v2/${name}/manifests/${image.digest}`);
    clock.advance(DAY);
    const lines: string[] = [];
    const onRemoved = (line: string): unknown => lines.push(line);
    const { signal } = new AbortController();
    await application.get(GarbageCollection).run({ delay: 1000, signal, gentle: false, onRemoved });

    expect(lines).toContain(`bytes ${layer.digest} (${String(layer.bytes.byteLength)} bytes)`);
    expect(lines).toContain(`file ${stray}`);
    expect(await store().scan(undefined, 10)).toEqual([]);
    for await (const { location } of foundations.stores.get(DEFAULT_STORE).locations())
      expect.fail(`${location} is left`);
  });

  /** The location of bytes that no row names. */
  async function placedLocation(): Promise<string> {
    const storage = registry.foundations.stores.get(DEFAULT_STORE);
    const ignore = (): void => undefined;
    const options = { offset: 0, signal: new AbortController().signal, onBytes: ignore, onWritten: ignore };
    await storage.append('nobody', Readable.from([blob.bytes]), options);
    return storage.place({ upload: 'nobody', digest: blob.digest, size: blob.bytes.byteLength });
  }

  it('is not quarantined twice, nor by a revision that was replaced', async () => {
    const [{ revision } = expect.fail()] = (await store().scan(undefined, 10)).filter(
      ({ state }) => state !== 'present',
    );
    expect(await store().quarantine(key)).toBe(false);
    await pushBlob(registry.request, 'app', layer);

    expect(await store().quarantine({ ...key, revision })).toBe(false);
    expect(await store().readStored({ ...key, revision })).toBeUndefined();
    expect((await registry.request('GET', path)).status).toBe(200);
  });
});
