import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  BlobStore,
  definePlugin,
  type HookEvents,
  type HookHandler,
  RegistryError,
  type SourceFinds,
  type SourceResult,
} from '@berth/sdk';
import { GarbageCollection } from '../../src/content/garbage-collection/garbage-collection.js';
import { aBlob, anImage, createTestRegistry, pushBlob, pushManifest, type TestRegistry } from '../kit/index.js';

type Answer = SourceResult<SourceFinds['blob.readMiss']>;

const blob = aBlob(Buffer.from('a layer that lies upstream'));
const DAY = 86_400_000;
const REPOSITORY = 'mirror/app';
const PATH = `/v2/${REPOSITORY}/blobs/${blob.digest}`;

let registry: TestRegistry;
let answer: () => Answer | Promise<Answer>;
let asked: HookEvents['blob.readMiss'][];
let gated: HookEvents['blob.beforeCommit'][];
let refuse: boolean;

@Injectable()
class Upstream implements HookHandler<'blob.readMiss'> {
  async handle(event: HookEvents['blob.readMiss']): Promise<Answer> {
    asked.push(event);
    return answer();
  }
}

@Injectable()
class Gate implements HookHandler<'blob.beforeCommit'> {
  async handle(event: HookEvents['blob.beforeCommit']): Promise<void> {
    gated.push(event);
    if (refuse) throw new RegistryError('DENIED');
  }
}

const fixture = definePlugin({
  name: 'fixture',
  hooks: { 'blob.readMiss': Upstream, 'blob.beforeCommit': Gate },
});

function found(bytes = blob.bytes, size: number | undefined = bytes.byteLength): Answer {
  const stream = Readable.from([bytes.subarray(0, 5), bytes.subarray(5)]);
  return { outcome: 'found', found: { stream, size, upstream: 'upstream.example' } };
}

beforeEach(async () => {
  [answer, asked, gated, refuse] = [() => found(), [], [], false];
  registry = await createTestRegistry({ plugins: [{ plugin: fixture }] });
});

afterEach(async () => {
  await registry.close();
});

async function heldBlobs(): Promise<number> {
  const { reader } = registry.foundations.database;
  return (await reader.selectFrom('memberships').select('digest').execute()).length;
}

describe('a blob that the repository does not hold and a source has', () => {
  it('is served whole, is held from then on, and asked for no more', async () => {
    expect((await registry.request('GET', PATH)).body).toEqual(blob.bytes);
    expect((await registry.request('GET', PATH)).body).toEqual(blob.bytes);

    expect(asked).toEqual([{ repository: REPOSITORY, digest: blob.digest }]);
    expect(gated).toMatchObject([{ digest: blob.digest, size: blob.bytes.byteLength, origin: 'mirrored' }]);
    expect(await heldBlobs()).toBe(1);
  });

  it('answers HEAD with its size', async () => {
    const { status, headers } = await registry.request('HEAD', PATH);

    expect([status, headers['content-length']]).toEqual([200, String(blob.bytes.byteLength)]);
  });

  it('is fetched once for all who ask meanwhile', async () => {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    answer = async () => {
      await released;
      return found();
    };
    const answers = Promise.all([1, 2, 3].map(() => registry.request('GET', PATH)));
    await expect.poll(() => asked.length).toBe(1);
    release();

    for (const { body } of await answers) expect(body).toEqual(blob.bytes);
    expect(asked).toHaveLength(1);
  });

  it('answers a range of it', async () => {
    const { status, body } = await registry.request('GET', PATH, { headers: { range: 'bytes=2-6' } });

    expect([status, body.toString()]).toEqual([206, 'layer']);
  });

  it('is served and not kept where a gate refuses to keep it', async () => {
    refuse = true;
    const bodies = await Promise.all([1, 2].map(async () => (await registry.request('GET', PATH)).body));

    expect(bodies).toEqual([blob.bytes, blob.bytes]);
    expect((await registry.request('HEAD', PATH)).status).toBe(200);
    expect(await heldBlobs()).toBe(0);
  });

  it.each([
    ['other bytes', () => found(Buffer.from('A layer that lies upstream'))],
    ['too few bytes', () => found(blob.bytes.subarray(0, 9), blob.bytes.byteLength)],
    ['more bytes than it said', () => found(blob.bytes, 3)],
    ['another size than it said', () => found(blob.bytes, blob.bytes.byteLength + 1)],
    ['a stream that breaks', () => broken()],
    ['no stream', () => ({ outcome: 'found', found: {} }) as Answer],
  ])('is 502 and leaves nothing where the source gives %s', async (_, give) => {
    answer = give;
    const { status, body } = await registry.request('GET', PATH);

    expect([status, body.toString()]).toEqual([502, expect.stringContaining('"UNAVAILABLE"')]);
    expect(await heldBlobs()).toBe(0);
  });

  it('may be pushed meanwhile', async () => {
    await pushBlob(registry.request, REPOSITORY, blob);

    expect((await registry.request('GET', PATH)).body).toEqual(blob.bytes);
    expect(asked).toEqual([]);
  });
});

function broken(): Answer {
  const stream = new Readable({ read: () => {} });
  stream.push(blob.bytes.subarray(0, 9));
  setImmediate(() => stream.destroy(new Error('the upstream hung up')));
  return { outcome: 'found', found: { stream, size: undefined, upstream: 'upstream.example' } };
}

describe('a blob that no source gives', () => {
  it('is 404 where all say that they do not have it', async () => {
    answer = () => ({ outcome: 'absent' });
    const { status, body } = await registry.request('GET', PATH);

    expect([status, body.toString()]).toEqual([404, expect.stringContaining('BLOB_UNKNOWN')]);
  });

  it.each([
    [429, 429],
    [502, 502],
    [503, 503],
    [504, 504],
    [401, 502],
    [500, 502],
    [undefined, 502],
  ])('is answered for an upstream that says %s with %s, its name and when to come again', async (status, expected) => {
    answer = () => ({
      outcome: 'unavailable',
      upstream: 'upstream.example',
      retryAfter: 7,
      ...(status === undefined ? {} : { status }),
    });
    const response = await registry.request('GET', PATH);

    expect([response.status, response.headers['retry-after']]).toEqual([expected, '7']);
    expect(response.body.toString()).toContain('upstream.example');
  });

  it('is 404 to the HEAD of somebody who may push it, although an upstream cannot be asked', async () => {
    answer = () => ({ outcome: 'unavailable', upstream: 'upstream.example' });

    expect((await registry.request('HEAD', PATH)).status).toBe(404);
  });
});

describe('a quarantined blob', () => {
  const image = anImage({ seed: 9 }).withLayers(1).build();
  const layer = image.blobs.at(-1) ?? expect.fail();
  const path = `/v2/app/blobs/${layer.digest}`;
  const key = { store: 'default', digest: layer.digest };
  const store = (): BlobStore => registry.application.get(BlobStore, { strict: false });

  beforeEach(async () => {
    answer = () => ({ outcome: 'absent' });
    await pushManifest(registry.request, 'app', image, { tag: 'v1' });
    await pushManifest(registry.request, 'other', image);
    expect(await store().quarantine(key)).toBe(true);
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
    const stray = (await foundations.storage.setAside(await placedLocation())) ?? expect.fail();
    for (const name of ['app', 'other']) await request('DELETE', `/v2/${name}/manifests/${image.digest}`);
    clock.advance(DAY);
    const lines: string[] = [];
    const onRemoved = (line: string): unknown => lines.push(line);
    const { signal } = new AbortController();
    await application.get(GarbageCollection).run({ delay: 1000, signal, gentle: false, onRemoved });

    expect(lines).toContain(`bytes ${layer.digest} (${String(layer.bytes.byteLength)} bytes)`);
    expect(lines).toContain(`file ${stray}`);
    expect(await store().scan(undefined, 10)).toEqual([]);
    for await (const { location } of foundations.storage.locations()) expect.fail(`${location} is left`);
  });

  /** The location of bytes that no row names. */
  async function placedLocation(): Promise<string> {
    const { storage } = registry.foundations;
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
