import { aBlob, anImage, pushManifest } from '@berth/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { ABSENT, bytesOf, headerOf, pushWhole } from './exchange.js';
import { useRegistry } from './use-registry.js';

describe('checking if content exists (end-2, end-3 HEAD)', () => {
  const registry = useRegistry();
  const image = anImage({ seed: 1 }).build();
  const blob = aBlob(bytesOf('checked', 4321));

  beforeAll(async () => {
    await pushManifest(registry().request, 'a', image, { tag: 'x' });
    await pushWhole(registry().request, 'a', blob);
  });

  it.each([
    ['a manifest by tag', '/v2/a/manifests/x', image.digest, image.manifest, image.mediaType],
    ['a manifest by digest', `/v2/a/manifests/${image.digest}`, image.digest, image.manifest, image.mediaType],
    ['a blob', `/v2/a/blobs/${blob.digest}`, blob.digest, blob.bytes, 'application/octet-stream'],
  ])('describes %s with digest, length and type and sends no body', async (_, path, digest, bytes, mediaType) => {
    const response = await registry().request('HEAD', path);
    expect(response.status).toBe(200);
    expect(headerOf(response, 'docker-content-digest')).toBe(digest);
    expect(headerOf(response, 'content-length')).toBe(String(bytes.byteLength));
    expect(headerOf(response, 'content-type')).toBe(mediaType);
    expect(response.body.byteLength).toBe(0);
  });

  it('gives the headers of GET, all of them but those of a connection', async () => {
    const paths = ['/v2/a/manifests/x', `/v2/a/blobs/${blob.digest}`];
    for (const path of paths) {
      const [head, get] = [await registry().request('HEAD', path), await registry().request('GET', path)];
      const { date: _date, ...ofHead } = head.headers;
      const { date: _otherDate, ...ofGet } = get.headers;
      expect(ofHead).toEqual(ofGet);
    }
  });

  it.each([
    '/v2/a/manifests/y',
    '/v2/b/manifests/x',
    `/v2/a/manifests/${ABSENT.sha256}`,
    `/v2/a/blobs/${ABSENT.sha256}`,
    `/v2/b/blobs/${blob.digest}`,
  ])('answers HEAD %s with 404 and no body', async (path) => {
    const response = await registry().request('HEAD', path);
    expect([response.status, response.body.byteLength]).toEqual([404, 0]);
  });
});
