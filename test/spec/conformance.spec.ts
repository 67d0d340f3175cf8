import { Readable } from 'node:stream';
import { aBlob, anArtifact, anImage, anIndex, type BuiltManifest, pushManifest, uploadLocation } from '@berth/testkit';
import { MEDIA_TYPES } from '@berth/sdk';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  ABSENT,
  aListWith,
  aListWithout,
  bytesOf,
  closeUpload,
  headerOf,
  jsonOf,
  patchChunk,
  pushWhole,
  startUpload,
} from './exchange.js';
import { senderTo, useRegistry } from './use-registry.js';

/** The assertions of the public conformance suite, for each algorithm. */
describe.each(['sha256', 'sha512'] as const)('conformance with %s', (algorithm) => {
  const registry = useRegistry();
  const repository = `conformance/${algorithm}`;
  const send = senderTo(registry);
  const blobOf = (name: string, length = 512) => aBlob(bytesOf(`${algorithm} ${name}`, length), algorithm);
  const blobPath = (digest: string) => `/v2/${repository}/blobs/${digest}`;
  const expectHeld = async ({ digest, bytes }: ReturnType<typeof blobOf>): Promise<void> => {
    const head = await send('HEAD', blobPath(digest));
    expect([head.status, headerOf(head, 'content-length')]).toEqual([200, String(bytes.byteLength)]);
    const got = await send('GET', blobPath(digest));
    expect([got.status, got.body.equals(bytes), headerOf(got, 'docker-content-digest')]).toEqual([200, true, digest]);
  };

  it('answers the ping', async () => {
    expect((await send('GET', '/v2/')).status).toBe(200);
  });

  it('answers an empty repository: tags 200 or 404, referrers 200 and empty', async () => {
    expect([200, 404]).toContain((await send('GET', `/v2/${repository}/tags/list`)).status);
    const referrers = await send('GET', `/v2/${repository}/referrers/${ABSENT[algorithm]}`);
    expect([referrers.status, headerOf(referrers, 'content-type')]).toEqual([200, MEDIA_TYPES.ociIndex]);
    expect(jsonOf(referrers)).toMatchObject({ manifests: [] });
  });

  it('answers a missing blob and a missing manifest with 404', async () => {
    expect((await send('GET', blobPath(ABSENT[algorithm]))).status).toBe(404);
    expect((await send('GET', `/v2/${repository}/manifests/${ABSENT[algorithm]}`)).status).toBe(404);
    expect((await send('GET', `/v2/${repository}/manifests/missing`)).status).toBe(404);
  });

  it.each(['', '{}'])('takes the blob %j', async (text) => {
    const blob = aBlob(Buffer.from(text), algorithm);
    await closeUpload(registry().request, await startUpload(registry().request, repository), blob.digest, blob.bytes);
    await expectHeld(blob);
  });

  it('takes a blob by POST only, and deletes it at once', async () => {
    const blob = blobOf('post only');
    await pushWhole(registry().request, repository, blob);
    await expectHeld(blob);
    expect((await send('DELETE', blobPath(blob.digest))).status).toBe(202);
    expect((await send('HEAD', blobPath(blob.digest))).status).toBe(404);
  });

  it('takes a blob by POST and PUT', async () => {
    const blob = blobOf('post put');
    const location = await startUpload(registry().request, repository);
    const closed = await closeUpload(registry().request, location, blob.digest, blob.bytes);
    expect((await send('GET', uploadLocation(closed))).body.equals(blob.bytes)).toBe(true);
  });

  it.each([
    ['a single chunk', [512], 512],
    ['several chunks', [100, 300, 512], 512],
    ['several chunks, the last in the PUT', [100, 300], 512],
  ])('takes a blob in %s', async (name, ends, length) => {
    const blob = blobOf(name, length);
    const location = await startUpload(registry().request, repository);
    let start = 0;
    for (const end of ends) {
      const response = await patchChunk(registry().request, location, start, blob.bytes.subarray(start, end));
      expect([response.status, headerOf(response, 'range')]).toEqual([202, `0-${String(end - 1)}`]);
      start = end;
    }
    expect((await closeUpload(registry().request, location, blob.digest, blob.bytes.subarray(start))).status).toBe(201);
    await expectHeld(blob);
  });

  it('takes a streamed blob', async () => {
    const blob = blobOf('streamed');
    const location = await startUpload(registry().request, repository);
    expect((await registry().request('PATCH', location, { body: Readable.from([blob.bytes]) })).status).toBe(202);
    expect((await closeUpload(registry().request, location, blob.digest)).status).toBe(201);
    await expectHeld(blob);
  });

  it('refuses a chunk out of order with 416 and says with 204 where the upload is', async () => {
    const blob = blobOf('out of order');
    const location = await startUpload(registry().request, repository);
    expect((await patchChunk(registry().request, location, 0, blob.bytes.subarray(0, 200))).status).toBe(202);
    expect((await patchChunk(registry().request, location, 300, blob.bytes.subarray(300))).status).toBe(416);
    const status = await send('GET', location);
    expect([status.status, headerOf(status, 'range')]).toEqual([204, '0-199']);
    expect((await patchChunk(registry().request, location, 200, blob.bytes.subarray(200))).status).toBe(202);
    expect((await closeUpload(registry().request, location, blob.digest)).status).toBe(201);
  });

  it('mounts with and without a source, and opens an upload for what is missing', async () => {
    const blob = blobOf('mounted');
    await pushWhole(registry().request, repository, blob);
    const mount = async (query: string) =>
      (await send('POST', `/v2/${repository}-b/blobs/uploads/?mount=${query}`)).status;
    expect(await mount(`${blob.digest}&from=${repository}`)).toBe(201);
    expect(await mount(blob.digest)).toBe(201);
    expect(await mount(`${ABSENT[algorithm]}&from=${repository}`)).toBe(202);
  });

  it('cancels an upload', async () => {
    const location = await startUpload(registry().request, repository);
    expect((await send('DELETE', location)).status).toBe(204);
    expect((await send('GET', location)).status).toBe(404);
  });

  it('gives ranges of a blob', async () => {
    const blob = blobOf('ranges', 100);
    await pushWhole(registry().request, repository, blob);
    const statusOf = async (range: string) => (await send('GET', blobPath(blob.digest), { range })).status;
    const answers = ['bytes=0-9', 'bytes=90-', 'bytes=-9', 'bytes=50-500', 'bytes=100-', 'bytes=50-0'].map(statusOf);
    expect(await Promise.all(answers)).toEqual([206, 206, 206, 206, 416, 416]);
  });

  it('refuses a manifest by a digest of invalid format', async () => {
    const path = `/v2/${repository}/manifests/${algorithm}:baddigeststring`;
    expect((await registry().request('PUT', path, { headers: { 'content-type': MEDIA_TYPES.ociIndex } })).status).toBe(
      400,
    );
    expect([400, 404]).toContain((await send('GET', path)).status);
  });

  const image = anImage({ seed: 1 }).withDigestAlgorithm(algorithm).build();
  const sets: readonly (readonly [string, BuiltManifest])[] = [
    ['an image', image],
    ['an index', anIndex({ seed: 2 }).withDigestAlgorithm(algorithm).of(image).build()],
    [
      'a nested index',
      anIndex({ seed: 3 })
        .withDigestAlgorithm(algorithm)
        .of(anIndex({ seed: 4 }).withDigestAlgorithm(algorithm).of(image).build())
        .build(),
    ],
    ['an artifact', anArtifact({ seed: 5 }).withDigestAlgorithm(algorithm).withBlob(64).build()],
    ['an artifact with a subject', anArtifact({ seed: 6 }).withDigestAlgorithm(algorithm).withSubject(image).build()],
    ['an index with a subject', anIndex({ seed: 7 }).withDigestAlgorithm(algorithm).withSubject(image).build()],
    [
      'an artifact with a missing subject',
      anArtifact({ seed: 8 })
        .withDigestAlgorithm(algorithm)
        .withSubject({ mediaType: MEDIA_TYPES.ociManifest, digest: ABSENT[algorithm], size: 9 })
        .build(),
    ],
    ['an image without layers', anImage({ seed: 9 }).withDigestAlgorithm(algorithm).withLayers(0).build()],
    ['an empty index', anIndex({ seed: 10 }).withDigestAlgorithm(algorithm).build()],
    ['a large manifest', anImage({ seed: 11 }).withDigestAlgorithm(algorithm).withManifestSizeOver(3_900_000).build()],
  ];

  describe.each(sets)('the data of %s', (name, built) => {
    const tag = name.replaceAll(' ', '-');
    const at = (reference: string) => `/v2/${repository}/manifests/${reference}`;

    beforeAll(async () => {
      await pushManifest(registry().request, repository, built);
      const path = `${at(built.digest)}?tag=${tag}`;
      const headers = { 'content-type': built.mediaType };
      const pushed = await registry().request('PUT', path, { headers, body: built.manifest });
      expect([pushed.status, headerOf(pushed, 'oci-tag')]).toEqual([201, tag]);
    });

    it('come back by digest and by tag, by HEAD and by GET', async () => {
      for (const reference of [built.digest, tag]) {
        const head = await send('HEAD', at(reference));
        expect([head.status, headerOf(head, 'docker-content-digest')]).toEqual([200, built.digest]);
        expect(headerOf(head, 'content-length')).toBe(String(built.manifest.byteLength));
        const got = await send('GET', at(reference));
        expect([got.status, headerOf(got, 'content-type')]).toEqual([200, built.mediaType]);
        expect(got.body.equals(built.manifest)).toBe(true);
      }
    });

    it('are listed under the tag, and no more behind it', async () => {
      const list = async (query: string) => jsonOf(await send('GET', `/v2/${repository}/tags/list${query}`));
      expect(await list('')).toMatchObject({ tags: aListWith(tag) });
      expect(await list(`?last=${tag}`)).toMatchObject({ tags: aListWithout(tag) });
    });

    it('can be deleted by tag and by digest, at once', async () => {
      for (const reference of [tag, built.digest]) {
        const { status } = await send('DELETE', at(reference));
        // A child of an index that is still there may be refused.
        expect([202, 405]).toContain(status);
        expect((await send('HEAD', at(reference))).status).toBe(status === 202 ? 404 : 200);
      }
    });
  });
});
