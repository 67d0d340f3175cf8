import { anImage, anIndex, pushManifest } from '@berth/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { ABSENT, expectError, headerOf } from './exchange.js';
import { useRegistry } from './use-registry.js';

describe('pulling manifests (end-3)', () => {
  const registry = useRegistry();
  const image = anImage({ seed: 1 }).build();
  const index = anIndex({ seed: 2 }).of(image).build();

  beforeAll(() => pushManifest(registry().request, 'library/app', index, { tag: '1.0' }));

  it.each([
    ['tag', '1.0', index],
    ['digest', index.digest, index],
    ['digest of a child', image.digest, image],
  ])(
    'gives a manifest by %s with the bytes, the type and the digest it was pushed with',
    async (_, reference, built) => {
      const response = await registry().request('GET', `/v2/library/app/manifests/${reference}`);
      expect(response.status).toBe(200);
      expect(response.body.equals(built.manifest)).toBe(true);
      expect(headerOf(response, 'content-type')).toBe(built.mediaType);
      expect(headerOf(response, 'docker-content-digest')).toBe(built.digest);
      expect(headerOf(response, 'content-length')).toBe(String(built.manifest.byteLength));
    },
  );

  it.each([
    ['no Accept', {}],
    ['any type', { accept: '*/*' }],
    ['its type', { accept: index.mediaType }],
    ['another type only', { accept: 'application/vnd.docker.distribution.manifest.v2+json' }],
  ])('gives what is stored where the client accepts %s', async (_, headers) => {
    const response = await registry().request('GET', '/v2/library/app/manifests/1.0', { headers });
    expect(response.status).toBe(200);
    expect(headerOf(response, 'content-type')).toBe(index.mediaType);
  });

  it.each([
    ['a tag that is not there', 'library/app', '2.0'],
    ['a digest that is not there', 'library/app', ABSENT.sha256],
    ['a sha512 digest that is not there', 'library/app', ABSENT.sha512],
    ['a repository that is not there', 'library/nobody', '1.0'],
    ['a digest of another repository', 'library/nobody', index.digest],
  ])('answers 404 MANIFEST_UNKNOWN for %s', async (_, repository, reference) => {
    expectError(await registry().request('GET', `/v2/${repository}/manifests/${reference}`), 404, 'MANIFEST_UNKNOWN');
  });
});
