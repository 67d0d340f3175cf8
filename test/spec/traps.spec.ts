import { Readable } from 'node:stream';
import { aBlob, anArtifact, anImage, anIndex, pushManifest, uploadLocation } from '@berth/testkit';
import { AccessControl, MEDIA_TYPES } from '@berth/sdk';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import {
  ABSENT,
  bytesOf,
  closeUpload,
  expectError,
  headerOf,
  jsonOf,
  patchChunk,
  pushWhole,
  putManifest,
  startUpload,
} from './exchange.js';
import { senderTo, useRegistry } from './use-registry.js';

/** What registries get wrong, by number. */
describe('traps', () => {
  const registry = useRegistry();
  const image = anImage({ seed: 1 }).build();
  const blob = aBlob(bytesOf('of the traps', 1000));
  const send = senderTo(registry);

  beforeAll(async () => {
    await pushManifest(registry().request, 'a', image, { tag: 'x' });
    await pushWhole(registry().request, 'a', blob);
  });

  it('1: referrers of a repository nobody knows are an empty index', async () => {
    const response = await send('GET', `/v2/nobody/referrers/${ABSENT.sha256}`);
    expect([response.status, jsonOf(response)]).toEqual([200, expect.objectContaining({ manifests: [] })]);
  });

  it('2: Content-Type is the plain media type', async () => {
    expect(headerOf(await send('GET', '/v2/a/manifests/x'), 'content-type')).toBe(image.mediaType);
    const referrers = await send('GET', `/v2/a/referrers/${image.digest}`);
    expect(headerOf(referrers, 'content-type')).toBe(MEDIA_TYPES.ociIndex);
    expect(headerOf(await send('GET', '/v2/a/tags/list'), 'content-type')).toBe('application/json');
  });

  it('3: a manifest comes back byte for byte', async () => {
    const odd = Buffer.from(`\n${image.manifest.toString().replace('"layers"', '"x" : 1.50, "layers"')}\t`);
    await putManifest(registry().request, '/v2/a/manifests/odd', image.mediaType, odd);
    expect((await send('GET', '/v2/a/manifests/odd')).body.equals(odd)).toBe(true);
  });

  it('4: a malformed digest is 400', async () => {
    const path = '/v2/a/manifests/sha256:baddigeststring';
    expectError(await putManifest(registry().request, path, image.mediaType, image.manifest), 400, 'DIGEST_INVALID');
    expectError(await send('GET', path), 400, 'DIGEST_INVALID');
  });

  it.each(['sha256', 'sha512'] as const)(
    '5: bytes that are not what %s says are 400 on every path',
    async (algorithm) => {
      const digest = ABSENT[algorithm];
      const bytes = bytesOf('mismatch');
      const { request } = registry();
      const open = () => startUpload(request, 'a');
      const single = await send('POST', `/v2/a/blobs/uploads/?digest=${digest}`, {}, bytes);
      const put = await closeUpload(request, await open(), digest, bytes);
      const chunked = await open();
      await patchChunk(request, chunked, 0, bytes);
      const chunkInPut = await open();
      await patchChunk(request, chunkInPut, 0, bytes.subarray(0, 9));
      const streamed = await open();
      await request('PATCH', streamed, { body: Readable.from([bytes]) });
      for (const response of [
        single,
        put,
        await closeUpload(request, chunked, digest),
        await closeUpload(request, chunkInPut, digest, bytes.subarray(9)),
        await closeUpload(request, streamed, digest),
        await putManifest(request, `/v2/a/manifests/${digest}`, image.mediaType, image.manifest),
      ]) {
        expectError(response, 400, 'DIGEST_INVALID');
      }
    },
  );

  it('6: sha512 is answered with sha512, though the algorithm is known at the closing PUT only', async () => {
    const { digest, bytes } = aBlob(bytesOf('late algorithm'), 'sha512');
    const location = await startUpload(registry().request, 'a');
    await patchChunk(registry().request, location, 0, bytes);
    const closed = await closeUpload(registry().request, location, digest);
    expect([closed.status, headerOf(closed, 'docker-content-digest')]).toEqual([201, digest]);
    expect(headerOf(await send('HEAD', `/v2/a/blobs/${digest}`), 'docker-content-digest')).toBe(digest);
  });

  it('7: a push by tag is sha256; a sha512 tag is made by ?tag= on a sha512 digest', async () => {
    const long = anImage({ seed: 2 }).withDigestAlgorithm('sha512').build();
    const byTag = await pushManifest(registry().request, 'a', long, { tag: 'by-tag' });
    expect(headerOf(byTag, 'docker-content-digest')).toMatch(/^sha256:/);
    const path = `/v2/a/manifests/${long.digest}?tag=by-digest`;
    await putManifest(registry().request, path, long.mediaType, long.manifest);
    expect(headerOf(await send('HEAD', '/v2/a/manifests/by-digest'), 'docker-content-digest')).toBe(long.digest);
  });

  it('8: a chunk out of order is 416 in PATCH and in PUT, and the session lives', async () => {
    const location = await startUpload(registry().request, 'a');
    await patchChunk(registry().request, location, 0, bytesOf('8', 10));
    expect((await patchChunk(registry().request, location, 20, bytesOf('8', 10))).status).toBe(416);
    const put = await send(
      'PUT',
      `${location}?digest=${ABSENT.sha256}`,
      { 'content-range': '20-29' },
      bytesOf('8', 10),
    );
    expect(put.status).toBe(416);
    const status = await send('GET', location);
    expect([status.status, headerOf(status, 'range')]).toEqual([204, '0-9']);
  });

  it('9: Range of an upload has no unit and never ends before it starts', async () => {
    const location = await startUpload(registry().request, 'a');
    for (const response of [
      await send('GET', location),
      await patchChunk(registry().request, location, 0, bytesOf('9', 1)),
    ]) {
      expect(headerOf(response, 'range')).toBe('0-0');
    }
  });

  it('10: a PATCH of unknown length without Content-Range is taken', async () => {
    const location = await startUpload(registry().request, 'a');
    const response = await registry().request('PATCH', location, { body: Readable.from([bytesOf('10', 100_000)]) });
    expect([response.status, headerOf(response, 'range')]).toEqual([202, '0-99999']);
  });

  it('11: a POST with digest and body is 201', async () => {
    const { digest, bytes } = aBlob(bytesOf('11'));
    expect((await send('POST', `/v2/a/blobs/uploads/?digest=${digest}`, {}, bytes)).status).toBe(201);
  });

  it('12: a mount of what nobody has is 202, and one without from only where the actor may read a holder', async () => {
    expect((await send('POST', `/v2/m/blobs/uploads/?mount=${ABSENT.sha256}&from=a`)).status).toBe(202);
    const may = vi.spyOn(registry().application.get(AccessControl), 'may').mockReturnValue(false);
    const refused = await send('POST', `/v2/m/blobs/uploads/?mount=${blob.digest}`);
    may.mockRestore();
    expect(refused.status).toBe(202);
    expect((await send('POST', `/v2/m/blobs/uploads/?mount=${blob.digest}`)).status).toBe(201);
  });

  it('13: a blob of another repository is 404', async () => {
    expectError(await send('GET', `/v2/elsewhere/blobs/${blob.digest}`), 404, 'BLOB_UNKNOWN');
  });

  it('14: what is deleted is gone at once', async () => {
    const gone = anImage({ seed: 14 }).build();
    await pushManifest(registry().request, 'd', gone, { tag: 'x' });
    const paths = ['x', gone.digest].map((reference) => `/v2/d/manifests/${reference}`);
    for (const path of [...paths, ...gone.blobs.map(({ digest }) => `/v2/d/blobs/${digest}`)]) {
      expect([(await send('DELETE', path)).status, (await send('HEAD', path)).status]).toEqual([202, 404]);
    }
  });

  it('15: a delete by digest drops the tags; a delete by tag keeps the manifest', async () => {
    const kept = anImage({ seed: 15 }).build();
    await pushManifest(registry().request, 'e', kept, { tag: 'one' });
    await pushManifest(registry().request, 'e', kept, { tag: 'two' });
    await send('DELETE', '/v2/e/manifests/one');
    expect((await send('HEAD', `/v2/e/manifests/${kept.digest}`)).status).toBe(200);
    await send('DELETE', `/v2/e/manifests/${kept.digest}`);
    expect((await send('HEAD', '/v2/e/manifests/two')).status).toBe(404);
  });

  it.each(['', '{}'])('16: the blob %j is legal', async (text) => {
    const { digest, bytes } = aBlob(Buffer.from(text));
    expect(
      (await closeUpload(registry().request, await startUpload(registry().request, 'a'), digest, bytes)).status,
    ).toBe(201);
    const head = await send('HEAD', `/v2/a/blobs/${digest}`);
    expect([head.status, headerOf(head, 'content-length')]).toEqual([200, String(text.length)]);
    const pulled = await send('GET', `/v2/a/blobs/${digest}`);
    expect([pulled.status, pulled.body.toString()]).toEqual([200, text]);
  });

  it('17: empty lists, nested and typed indexes, and large manifests are accepted', async () => {
    const odd = [
      anImage({ seed: 17 }).withLayers(0).build(),
      anIndex({ seed: 17 }).build(),
      anIndex({ seed: 18 })
        .of(anIndex({ seed: 17 }).build())
        .withArtifactType('application/x')
        .withSubject(image)
        .build(),
      anArtifact({ seed: 17 }).withManifestSizeOver(3_900_000).build(),
    ];
    for (const built of odd) expect((await pushManifest(registry().request, 'a', built)).status).toBe(201);
  });

  it.each([
    ['bytes=1-3', 'bytes 1-3/1000'],
    ['bytes=990-', 'bytes 990-999/1000'],
    ['bytes=-10', 'bytes 990-999/1000'],
    ['bytes=0-5000', 'bytes 0-999/1000'],
  ])('18: the range %s is 206', async (range, contentRange) => {
    const response = await send('GET', `/v2/a/blobs/${blob.digest}`, { range });
    expect([response.status, headerOf(response, 'content-range')]).toEqual([206, contentRange]);
  });

  it.each(['bytes=1000-', 'bytes=500-0'])('18: the range %s is 416', async (range) => {
    expect((await send('GET', `/v2/a/blobs/${blob.digest}`, { range })).status).toBe(416);
  });

  it('19: n=0 is an empty list without Link, and last is exclusive and need not exist', async () => {
    const none = await send('GET', '/v2/a/tags/list?n=0');
    expect([jsonOf(none), none.headers['link']]).toEqual([{ name: 'a', tags: [] }, undefined]);
    expect(jsonOf(await send('GET', '/v2/a/tags/list?last=x'))).toEqual({ name: 'a', tags: [] });
    expect(jsonOf(await send('GET', '/v2/a/tags/list?last=w'))).toEqual({ name: 'a', tags: ['x'] });
  });

  it('20: Link has angle brackets and rel="next"', async () => {
    expect(headerOf(await send('GET', '/v2/a/tags/list?n=1'), 'link')).toMatch(
      /^<\/v2\/a\/tags\/list\?[^>]+>; rel="next"$/,
    );
  });

  it('21: parameters that the registry does not know are no hindrance', async () => {
    const mounted = await send('POST', `/v2/m/blobs/uploads/?mount=${blob.digest}&from=a&origin=example.com%2Fa`);
    expect(mounted.status).toBe(201);
    const { digest, bytes } = aBlob(bytesOf('21'));
    const location = await startUpload(registry().request, 'a');
    const put = await send(
      'PUT',
      `${location}?_state=x&digest=${encodeURIComponent(digest)}&ns=example.com`,
      {},
      bytes,
    );
    expect(put.status).toBe(201);
  });

  it('23: a name may have segments that are nouns of the API', async () => {
    for (const name of [
      'a/blobs/uploads/b',
      'manifests/manifests',
      'tags/list',
      'referrers',
      'uploads/blobs/uploads',
    ]) {
      await pushManifest(registry().request, name, image, { tag: 'tags' });
      expect((await send('GET', `/v2/${name}/manifests/tags`)).body.equals(image.manifest)).toBe(true);
      expect(jsonOf(await send('GET', `/v2/${name}/tags/list`))).toEqual({ name, tags: ['tags'] });
      expect((await send('GET', `/v2/${name}/referrers/${image.digest}`)).status).toBe(200);
    }
  });

  it('24: /v2/ is 200 where no authentication is on', async () => {
    expect((await send('GET', '/v2/')).status).toBe(200);
  });

  it.each(['gzip', 'zstd;q=1.0, gzip;q=0.8, deflate;q=0.5'])('25: nothing is compressed for %s', async (accepted) => {
    for (const path of ['/v2/a/manifests/x', `/v2/a/blobs/${blob.digest}`, '/v2/a/tags/list', '/v2/_catalog']) {
      const response = await send('GET', path, { 'accept-encoding': accepted });
      expect(response.headers['content-encoding']).toBeUndefined();
      expect(headerOf(response, 'content-length')).toBe(String(response.body.byteLength));
    }
  });

  it('22: cancelling needs the right to push, not that to delete', async () => {
    const handler = (await import('../../src/distribution/uploads.controller.js')).UploadsController.prototype.delete;
    const { routeRuleOf } = await import('../../src/auth/route-rule.js');
    expect(routeRuleOf(Object, handler)).toEqual({ kind: 'repository', actions: ['create'] });
    expect((await send('DELETE', uploadLocation(await send('POST', '/v2/a/blobs/uploads/')))).status).toBe(204);
  });
});
