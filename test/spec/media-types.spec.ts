import { anArtifact, anImage, anIndex, type BuiltManifest, pushManifest } from '@berth/testkit';
import { MEDIA_TYPES } from '@berth/sdk';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  ABSENT,
  aStringWith,
  EMPTY_CONFIG,
  EMPTY_DESCRIPTOR,
  expectError,
  headerOf,
  jsonOf,
  pushWhole,
  putManifest,
} from './exchange.js';
import { useRegistry } from './use-registry.js';

describe('media types', () => {
  const registry = useRegistry();
  const image = anImage({ seed: 1 }).build();
  const put = (tag: string, mediaType: string, document: Buffer | object) =>
    putManifest(registry().request, `/v2/a/manifests/${tag}`, mediaType, document);
  const get = (tag: string) => registry().request('GET', `/v2/a/manifests/${tag}`);
  const expectVerbatim = async (tag: string, built: BuiltManifest): Promise<void> => {
    const response = await get(tag);
    expect(response.status).toBe(200);
    expect(headerOf(response, 'content-type')).toBe(built.mediaType);
    expect(response.body.equals(built.manifest)).toBe(true);
  };

  beforeAll(async () => {
    await pushWhole(registry().request, 'a', EMPTY_CONFIG);
  });

  const docker = anImage({ seed: 2 }).withMediaTypes('docker').build();
  it.each([
    ['a Docker image', docker],
    ['a Docker manifest list', anIndex({ seed: 3 }).withMediaTypes('docker').of(docker).build()],
    ['an OCI image', image],
    ['an OCI index', anIndex({ seed: 4 }).of(image).build()],
    ['an artifact', anArtifact({ seed: 5 }).withBlob(100).build()],
    ['an artifact without blobs', anArtifact({ seed: 6 }).build()],
    [
      'a nested index',
      anIndex({ seed: 7 })
        .of(anIndex({ seed: 8 }).of(image).build(), image)
        .build(),
    ],
    ['an index of OCI and Docker images', anIndex({ seed: 9 }).of(image, docker).build()],
    ['an index with an artifact type', anIndex({ seed: 10 }).withArtifactType('application/x').build()],
    ['an index with a subject', anIndex({ seed: 11 }).of(image).withSubject(image).build()],
    ['an empty index', anIndex({ seed: 12 }).build()],
    ['an image without layers', anImage({ seed: 13 }).withLayers(0).build()],
    ['a manifest of 3.9 MB', anImage({ seed: 14 }).withManifestSizeOver(3_900_000).build()],
    ['an image by sha512', anImage({ seed: 15 }).withDigestAlgorithm('sha512').build()],
  ])('%s is stored and served byte for byte', async (name, built) => {
    const tag = name.replaceAll(/\W/g, '-');
    await pushManifest(registry().request, 'a', built, { tag });
    await expectVerbatim(tag, built);
  });

  it.each([MEDIA_TYPES.dockerSchema1, MEDIA_TYPES.dockerSchema1Signed])(
    '%s is refused with 400, by name',
    async (type) => {
      const document = { schemaVersion: 1, name: 'a', tag: 'x', fsLayers: [], history: [], signatures: [] };
      const response = await put('schema-1', type, document);
      expectError(response, 400, 'MANIFEST_INVALID');
      expect(jsonOf(response)).toMatchObject({ errors: [{ message: aStringWith('schema 1') }] });
    },
  );

  it('schema 1 under another type is refused with 400, by name', async () => {
    const response = await put('schema-1', 'application/json', { schemaVersion: 1, name: 'a', tag: 'x' });
    expectError(response, 400, 'MANIFEST_INVALID');
    expect(jsonOf(response)).toMatchObject({ errors: [{ message: aStringWith('schema 1') }] });
  });

  it.each([MEDIA_TYPES.ociManifest, MEDIA_TYPES.dockerManifest])(
    'a manifest without mediaType is served as the %s it was pushed as',
    async (type) => {
      const document = { schemaVersion: 2, config: EMPTY_DESCRIPTOR, layers: [] };
      expect((await put(`untyped-${String(type.length)}`, type, document)).status).toBe(201);
      expect(headerOf(await get(`untyped-${String(type.length)}`), 'content-type')).toBe(type);
    },
  );

  it('an index without mediaType is served as it was pushed', async () => {
    expect((await put('untyped-index', MEDIA_TYPES.ociIndex, { schemaVersion: 2, manifests: [] })).status).toBe(201);
    expect(headerOf(await get('untyped-index'), 'content-type')).toBe(MEDIA_TYPES.ociIndex);
  });

  it.each([
    ['of a non-distributable type', 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', undefined],
    [
      "of Docker's foreign type",
      'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
      ['https://example.com/l'],
    ],
    ['with URLs', 'application/vnd.oci.image.layer.v1.tar+gzip', ['https://example.com/l']],
  ])('a layer %s need not be there', async (_, mediaType, urls) => {
    const layer = { mediaType, digest: ABSENT.sha256, size: 100, ...(urls && { urls }) };
    const document = {
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociManifest,
      config: EMPTY_DESCRIPTOR,
      layers: [layer],
    };
    expect((await put('foreign', MEDIA_TYPES.ociManifest, document)).status).toBe(201);
  });

  it('a type that the registry does not know is taken where the document claims it', async () => {
    const type = 'application/vnd.example.thing.v1+json';
    expect((await put('thing', type, { mediaType: type, things: [1, 2] })).status).toBe(201);
    expect(headerOf(await get('thing'), 'content-type')).toBe(type);
  });

  it.each([
    ['claims none', {}],
    ['claims another', { mediaType: MEDIA_TYPES.ociManifest }],
  ])('a type that the registry does not know is 415 where the document %s', async (_, document) => {
    expectError(await put('unknown', 'application/vnd.example.thing.v1+json', document), 415, 'MANIFEST_INVALID');
  });

  it('a tag moves from a manifest to an index and back', async () => {
    const index = anIndex({ seed: 16 }).of(image).build();
    for (const built of [image, index, image]) {
      await pushManifest(registry().request, 'a', built, { tag: 'to-and-fro' });
      await expectVerbatim('to-and-fro', built);
    }
  });
});
