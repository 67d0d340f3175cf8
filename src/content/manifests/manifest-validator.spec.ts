import { MEDIA_TYPES } from '@berth/sdk';
import { describe, expect, it } from 'vitest';
import { parseManifest } from './manifest-validator.js';

const { ociManifest, ociIndex, dockerManifest, dockerManifestList } = MEDIA_TYPES;
const DIGEST = `sha256:${'a'.repeat(64)}`;
const descriptor = { mediaType: 'application/x', digest: DIGEST, size: 1 };
const image = { schemaVersion: 2, config: descriptor, layers: [descriptor] };
const index = { schemaVersion: 2, manifests: [descriptor] };
const parse = (document: unknown, mediaType: string) => parseManifest(Buffer.from(JSON.stringify(document)), mediaType);
const invalid = (status: number): unknown => expect.objectContaining({ code: 'MANIFEST_INVALID', status });

describe('parseManifest', () => {
  it.each([
    ['an OCI image', { ...image, mediaType: ociManifest }, ociManifest],
    ['an OCI image that claims no type', image, ociManifest],
    ['a Docker image', { ...image, mediaType: dockerManifest }, dockerManifest],
    ['an image without layers', { ...image, layers: [] }, ociManifest],
    ['an OCI index', { ...index, mediaType: ociIndex }, ociIndex],
    ['an OCI index that claims no type', index, ociIndex],
    ['an empty index', { ...index, manifests: [] }, ociIndex],
    ['a Docker manifest list', { ...index, mediaType: dockerManifestList }, dockerManifestList],
    ['an index with a subject', { ...index, subject: descriptor }, ociIndex],
    ['an artifact', { ...image, artifactType: 'application/x' }, ociManifest],
    ['an empty artifact type', { ...image, artifactType: '' }, ociManifest],
    ['annotations', { ...image, annotations: { a: 'b' } }, ociManifest],
    ['nulls for what is absent', { ...image, manifests: null, subject: null, annotations: null }, ociManifest],
    ['a layer with null urls', { ...image, layers: [{ ...descriptor, urls: null }] }, ociManifest],
    ['a blob of no bytes', { ...image, layers: [{ ...descriptor, size: 0 }] }, ociManifest],
    ['a sha512 digest', { ...image, config: { ...descriptor, digest: `sha512:${'a'.repeat(128)}` } }, ociManifest],
    [
      'an unknown type that the document claims',
      { mediaType: 'application/vnd.example+json' },
      'application/vnd.example+json',
    ],
  ])('takes %s', (_, document, mediaType) => {
    expect(parse(document, mediaType).mediaType).toBe(mediaType);
  });

  it.each([
    ['what the document claims', { ...image, mediaType: dockerManifest }, dockerManifest],
    ['an OCI image', image, ociManifest],
    ['an OCI index where it has manifests', index, ociIndex],
  ])('takes a document that came without a type for %s', (_, document, mediaType) => {
    expect(parse(document, '').mediaType).toBe(mediaType);
  });

  it('reads what a registry needs and nothing else', () => {
    const document = {
      ...image,
      artifactType: 'application/x',
      subject: descriptor,
      annotations: { a: 'b' },
      unknown: 1,
    };
    expect(parse(document, ociManifest)).toEqual({
      mediaType: ociManifest,
      artifactType: 'application/x',
      config: descriptor,
      layers: [descriptor],
      subject: descriptor,
      annotations: { a: 'b' },
    });
  });

  it.each([
    ['a schema version that is not 2', { ...image, schemaVersion: 3 }, ociManifest],
    ['an index without schema version', { manifests: [] }, ociIndex],
    ['an image without configuration', { schemaVersion: 2, layers: [] }, ociManifest],
    ['an image without layers', { schemaVersion: 2, config: descriptor }, ociManifest],
    ['an index without manifests', { schemaVersion: 2 }, ociIndex],
    ['an image that is an index, too', { ...image, ...index }, ociManifest],
    ['an index that is an image, too', { ...image, ...index }, ociIndex],
    ['an unknown type that is both', { ...image, ...index, mediaType: 'application/x' }, 'application/x'],
    ['a type other than it claims', { ...image, mediaType: ociManifest }, dockerManifest],
    ['an image that is pushed as an index', { ...image, mediaType: ociManifest }, ociIndex],
    ['a mediaType that is no string', { ...image, mediaType: 1 }, ociManifest],
    ['a mediaType that is none', { ...image, mediaType: 'x' }, ociManifest],
    ['a config that is no object', { ...image, config: 'x' }, ociManifest],
    ['layers that are no list', { ...image, layers: descriptor }, ociManifest],
    ['a layer that is null', { ...image, layers: [null] }, ociManifest],
    ['a descriptor without a media type', { ...image, config: { digest: DIGEST, size: 1 } }, ociManifest],
    ['a descriptor without a digest', { ...image, config: { mediaType: 'a/b', size: 1 } }, ociManifest],
    ['a malformed digest', { ...image, config: { ...descriptor, digest: 'sha256:x' } }, ociManifest],
    [
      'a digest of an unknown algorithm',
      { ...image, config: { ...descriptor, digest: `md5:${'0'.repeat(32)}` } },
      ociManifest,
    ],
    ['a size below zero', { ...image, config: { ...descriptor, size: -1 } }, ociManifest],
    ['a size that is no integer', { ...image, config: { ...descriptor, size: 1.5 } }, ociManifest],
    ['a size as a string', { ...image, config: { ...descriptor, size: '1' } }, ociManifest],
    ['a subject that is no descriptor', { ...image, subject: 'x' }, ociManifest],
    ['an artifact type that is no string', { ...image, artifactType: 1 }, ociManifest],
    ['annotations that are a list', { ...image, annotations: [] }, ociManifest],
    ['an annotation that is no string', { ...image, annotations: { a: 1 } }, ociManifest],
  ])('refuses %s with 400', (_, document, mediaType) => {
    expect(() => parse(document, mediaType)).toThrow(invalid(400));
  });

  it.each([
    ['claims none', {}],
    ['claims another', { mediaType: 'application/y' }],
    ['is an image', { ...image, mediaType: ociManifest }],
  ])('refuses an unknown type with 415 where the document %s', (_, document) => {
    expect(() => parse(document, 'application/x')).toThrow(invalid(415));
  });

  it.each([
    ['by its type', image, MEDIA_TYPES.dockerSchema1],
    ['by its signed type', image, MEDIA_TYPES.dockerSchema1Signed],
    ['by its version', { schemaVersion: 1 }, ociManifest],
    ['by its version, of an unknown type', { schemaVersion: 1 }, 'application/json'],
  ])('refuses Docker schema 1 with 400, known %s', (_, document, mediaType) => {
    expect(() => parse(document, mediaType)).toThrow(invalid(400));
    expect(() => parse(document, mediaType)).toThrow('schema 1');
  });

  it.each(['', ' ', '{', '[]', '1', 'null', '"x"', '{"a":1}x', '\u{feff}'])('refuses the text %j with 400', (text) => {
    expect(() => parseManifest(Buffer.from(text), ociManifest)).toThrow(invalid(400));
  });

  it('refuses what is not UTF-8 with 400', () => {
    const bytes = Buffer.from(JSON.stringify({ ...image, x: 'é' }), 'latin1');
    expect(() => parseManifest(bytes, ociManifest)).toThrow(invalid(400));
  });
});
