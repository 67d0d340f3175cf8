import { aBlob, anImage, pushManifest } from '@berth/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { ABSENT, bytesOf, headerOf, pushWhole } from './exchange.js';
import { useRegistry } from './use-registry.js';

describe('conditional requests', () => {
  const registry = useRegistry();
  const image = anImage({ seed: 1 }).build();
  const blob = aBlob(bytesOf('conditional', 100_000));
  const contents = [
    ['a manifest by tag', '/v2/a/manifests/x', image.digest],
    ['a manifest by digest', `/v2/a/manifests/${image.digest}`, image.digest],
    ['a blob', `/v2/a/blobs/${blob.digest}`, blob.digest],
  ] as const;

  beforeAll(async () => {
    await pushManifest(registry().request, 'a', image, { tag: 'x' });
    await pushWhole(registry().request, 'a', blob);
  });

  describe.each(contents)('of %s', (_, path, digest) => {
    const get = (tag: string) => registry().request('GET', path, { headers: { 'if-none-match': tag } });

    it.each([`"${digest}"`, `W/"${digest}"`, `"x", "${digest}"`, '*'])(
      'answer %s with 304 and no body',
      async (tag) => {
        const response = await get(tag);
        expect([response.status, response.body.byteLength]).toEqual([304, 0]);
        expect(headerOf(response, 'etag')).toBe(`"${digest}"`);
      },
    );

    it.each([`"${ABSENT.sha256}"`, digest, '""'])('answer %s with the whole', async (tag) => {
      const response = await get(tag);
      expect([response.status, headerOf(response, 'etag')]).toEqual([200, `"${digest}"`]);
    });
  });
});
