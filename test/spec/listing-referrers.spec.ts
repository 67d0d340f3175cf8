import { anArtifact, anImage, anIndex, descriptorOf, pushManifest, type RegistryResponse } from '@berth/testkit';
import { MEDIA_TYPES } from '@berth/sdk';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  ABSENT,
  EMPTY_CONFIG,
  EMPTY_DESCRIPTOR,
  expectError,
  headerOf,
  jsonOf,
  pushWhole,
  putManifest,
} from './exchange.js';
import { useRegistry } from './use-registry.js';

describe('listing referrers (end-12a, end-12b)', () => {
  const registry = useRegistry();
  const image = anImage({ seed: 1 }).build();
  const sbom = anArtifact({ seed: 2 })
    .withArtifactType('application/spdx+json')
    .withAnnotations({ 'org.example.by': 'test ü' })
    .withSubject(image)
    .build();
  const signature = anArtifact({ seed: 3 }).withArtifactType('application/x-signature').withSubject(image).build();
  const child = anImage({ seed: 4 }).withSubject(image).build();
  const typed = anIndex({ seed: 5 }).withArtifactType('application/x-bundle').withSubject(image).build();
  const untyped = anIndex({ seed: 6 }).withSubject(image).build();
  const all = [sbom, signature, child, typed, untyped];
  const list = (query = '', repository = 'a') =>
    registry().request('GET', `/v2/${repository}/referrers/${image.digest}${query}`);
  const manifestsOf = (response: RegistryResponse): readonly Record<string, unknown>[] => {
    expect(response.status).toBe(200);
    expect(headerOf(response, 'content-type')).toBe(MEDIA_TYPES.ociIndex);
    const index = jsonOf(response) as { readonly manifests: Record<string, unknown>[] };
    expect(index).toMatchObject({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex });
    return index.manifests;
  };

  beforeAll(async () => {
    for (const built of [image, ...all]) await pushManifest(registry().request, 'a', built);
  });

  it('describes each with type, digest, size, artifact type and annotations', async () => {
    const manifests = manifestsOf(await list());
    expect(manifests).toHaveLength(all.length);
    expect(manifests).toEqual(
      expect.arrayContaining([
        { ...descriptorOf(sbom), annotations: { 'org.example.by': 'test ü' } },
        descriptorOf(signature),
        { ...descriptorOf(child), artifactType: 'application/vnd.oci.image.config.v1+json' },
        descriptorOf(typed),
        descriptorOf(untyped),
      ]),
    );
  });

  it('leaves the filter out of the answer where none was asked for', async () => {
    expect((await list()).headers['oci-filters-applied']).toBeUndefined();
  });

  it('gives those of an artifact type and says that it filtered', async () => {
    const response = await list(`?artifactType=${encodeURIComponent('application/spdx+json')}`);
    expect(manifestsOf(response).map(({ digest }) => digest)).toEqual([sbom.digest]);
    expect(headerOf(response, 'oci-filters-applied')).toBe('artifactType');
  });

  it('says that it filtered where nothing is of the artifact type', async () => {
    const response = await list('?artifactType=application/none');
    expect(manifestsOf(response)).toEqual([]);
    expect(headerOf(response, 'oci-filters-applied')).toBe('artifactType');
  });

  it.each([
    ['a subject that nothing refers to', 'a', sbom.digest],
    ['a subject that is not there', 'a', ABSENT.sha256],
    ['a sha512 subject that is not there', 'a', ABSENT.sha512],
    ['a repository that is not there', 'nobody/here', image.digest],
  ])('gives an empty index for %s', async (_, repository, digest) => {
    expect(manifestsOf(await registry().request('GET', `/v2/${repository}/referrers/${digest}`))).toEqual([]);
  });

  it('lists none of another repository', async () => {
    await pushManifest(registry().request, 'b', image);
    expect(manifestsOf(await list('', 'b'))).toEqual([]);
  });

  it.each(['sha256:bad', 'latest', `md5:${'0'.repeat(32)}`])('answers 400 for the digest %s', async (digest) => {
    expectError(await registry().request('GET', `/v2/a/referrers/${digest}`), 400, 'DIGEST_INVALID');
  });

  it('lists a referrer no more once it is deleted', async () => {
    const gone = anArtifact({ seed: 7 }).withArtifactType('application/gone').withSubject(image).build();
    await pushManifest(registry().request, 'a', gone);
    await registry().request('DELETE', `/v2/a/manifests/${gone.digest}`);
    expect(manifestsOf(await list('?artifactType=application/gone'))).toEqual([]);
  });

  it('lists what a client that fell back to a tag had pushed', async () => {
    const tag = image.digest.replace(':', '-');
    const fallback = anIndex({ seed: 8 }).of(sbom).build();
    await pushManifest(registry().request, 'a', fallback, { tag });
    expect(manifestsOf(await list()).map(({ digest }) => digest)).toContain(sbom.digest);
    const pulled = await registry().request('GET', `/v2/a/manifests/${tag}`);
    expect(pulled.body.equals(fallback.manifest)).toBe(true);
  });
});

describe('a long list of referrers', () => {
  const registry = useRegistry();
  const subject = anImage({ seed: 1 }).build();
  const COUNT = 503;

  beforeAll(async () => {
    await pushManifest(registry().request, 'a', subject);
    await pushWhole(registry().request, 'a', EMPTY_CONFIG);
    for (let at = 0; at < COUNT; at++) {
      const response = await putManifest(
        registry().request,
        `/v2/a/manifests/t${String(at)}`,
        MEDIA_TYPES.ociManifest,
        {
          schemaVersion: 2,
          artifactType: 'application/x',
          config: EMPTY_DESCRIPTOR,
          layers: [EMPTY_DESCRIPTOR],
          subject: descriptorOf(subject),
          annotations: { at: String(at) },
        },
      );
      expect(response.status).toBe(201);
    }
  });

  it.each(['', '?artifactType=application%2Fx'])('comes in pages with Links that keep the filter %j', async (query) => {
    const found: string[] = [];
    let next: string | undefined = `/v2/a/referrers/${subject.digest}${query}`;
    let pages = 0;
    while (next !== undefined && ++pages < 5) {
      const response: RegistryResponse = await registry().request('GET', next);
      expect(headerOf(response, 'oci-filters-applied')).toBe(query === '' ? undefined : 'artifactType');
      const { manifests } = jsonOf(response) as { readonly manifests: { readonly digest: string }[] };
      found.push(...manifests.map(({ digest }) => digest));
      next = /^<([^>]+)>; rel="next"$/.exec(headerOf(response, 'link') ?? '')?.[1];
    }
    expect([pages, found.length, new Set(found).size]).toEqual([2, COUNT, COUNT]);
  });
});
