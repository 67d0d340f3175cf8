import { anImage, anIndex, type BuiltManifest, digestBytes, pushManifest } from '@berth/testkit';
import { MEDIA_TYPES } from '@berth/sdk';
import { beforeAll, describe, expect, it } from 'vitest';
import { ABSENT, expectError, headerOf, jsonOf, putManifest } from './exchange.js';
import { useRegistry } from './use-registry.js';

describe('pushing manifests (end-7a, end-7b)', () => {
  const registry = useRegistry();
  const image = anImage({ seed: 1 }).build();
  const long = anImage({ seed: 2 }).withDigestAlgorithm('sha512').build();
  const put = (path: string, { manifest, mediaType }: BuiltManifest) =>
    putManifest(registry().request, `/v2/a/manifests/${path}`, mediaType, manifest);
  const digestAt = async (reference: string) =>
    headerOf(await registry().request('HEAD', `/v2/a/manifests/${reference}`), 'docker-content-digest');

  beforeAll(async () => {
    await pushManifest(registry().request, 'a', image);
    await pushManifest(registry().request, 'a', long);
  });

  it('answers a push by tag with 201, the pullable URL and the sha256 digest', async () => {
    const response = await put('by-tag', image);
    expect(response.status).toBe(201);
    expect(headerOf(response, 'location')).toBe(`/v2/a/manifests/${image.digest}`);
    expect(headerOf(response, 'docker-content-digest')).toBe(image.digest);
    expect(response.headers['oci-subject']).toBeUndefined();
  });

  it.each([image, long])("answers a push by digest with the client's own digest: $digest", async (built) => {
    const response = await put(built.digest, built);
    expect([response.status, headerOf(response, 'docker-content-digest')]).toEqual([201, built.digest]);
    const pulled = await registry().request('GET', `/v2/a/manifests/${built.digest}`);
    expect(pulled.body.equals(built.manifest)).toBe(true);
  });

  it('moves a tag to the manifest that was pushed last', async () => {
    const other = anImage({ seed: 3 }).build();
    await pushManifest(registry().request, 'a', image, { tag: 'moving' });
    await pushManifest(registry().request, 'a', other, { tag: 'moving' });
    expect(await digestAt('moving')).toBe(other.digest);
    expect(await digestAt(image.digest)).toBe(image.digest);
  });

  it('keeps unknown fields and the spelling of the document', async () => {
    const document = Buffer.from(`${image.manifest.toString().slice(0, -1)}, "org.example.unknown": [1.0, 2e3 ] }\n`);
    const response = await putManifest(registry().request, '/v2/a/manifests/odd', image.mediaType, document);
    expect(response.status).toBe(201);
    expect((await registry().request('GET', '/v2/a/manifests/odd')).body.equals(document)).toBe(true);
  });

  it('sets every tag of the query, and names them in OCI-Tag', async () => {
    const tags = Array.from({ length: 12 }, (_, at) => `t${String(at)}`);
    const response = await put(`${long.digest}?${tags.map((tag) => `tag=${tag}`).join('&')}`, long);
    expect(response.status).toBe(201);
    expect(headerOf(response, 'oci-tag')?.split(', ')).toEqual(tags);
    for (const tag of tags) expect(await digestAt(tag)).toBe(long.digest);
  });

  it('sets no tag of a query of which one is malformed', async () => {
    expectError(await put(`${image.digest}?tag=good-one&tag=-bad`, image), 400, 'TAG_INVALID');
    expect((await registry().request('HEAD', '/v2/a/manifests/good-one')).status).toBe(404);
  });

  it.each(['sha256', 'sha512'] as const)(
    'refuses bytes that are not what the %s digest says with 400',
    async (algorithm) => {
      expectError(await put(ABSENT[algorithm], image), 400, 'DIGEST_INVALID');
      expect((await registry().request('HEAD', `/v2/a/manifests/${ABSENT[algorithm]}`)).status).toBe(404);
    },
  );

  it('refuses a manifest that names blobs the repository lacks, and says which', async () => {
    const absent = anImage({ seed: 4 }).withLayers(2).build();
    const response = await put('absent', absent);
    expectError(response, 404, 'MANIFEST_BLOB_UNKNOWN');
    const detail = { missing: 3, digests: absent.blobs.map(({ digest }) => digest) };
    expect(jsonOf(response)).toMatchObject({ errors: [{ detail }] });
    expect((await registry().request('HEAD', '/v2/a/manifests/absent')).status).toBe(404);
  });

  it('refuses an index of which a child is not there', async () => {
    expectError(
      await put(
        'index',
        anIndex()
          .of(anImage({ seed: 5 }).build())
          .build(),
      ),
      404,
      'MANIFEST_BLOB_UNKNOWN',
    );
  });

  it('refuses a manifest whose blobs are in another repository only', async () => {
    const response = await putManifest(registry().request, '/v2/b/manifests/x', image.mediaType, image.manifest);
    expectError(response, 404, 'MANIFEST_BLOB_UNKNOWN');
  });

  it('takes a media type with parameters and serves it without', async () => {
    const type = `${MEDIA_TYPES.ociManifest}; charset=utf-8`;
    expect((await putManifest(registry().request, '/v2/a/manifests/charset', type, image.manifest)).status).toBe(201);
    const pulled = await registry().request('GET', '/v2/a/manifests/charset');
    expect(headerOf(pulled, 'content-type')).toBe(MEDIA_TYPES.ociManifest);
  });

  it.each(['_', '_a', 'A', '0', 'a.b-c_d', 'x'.repeat(128)])('takes the tag %s', async (tag) => {
    expect((await put(tag, image)).status).toBe(201);
    expect(await digestAt(tag)).toBe(image.digest);
  });

  it('gives a tag the sha256 digest even to a manifest whose blobs are named by sha512', async () => {
    const response = await put('canonical', long);
    expect(headerOf(response, 'docker-content-digest')).toBe(digestBytes(long.manifest));
  });
});
