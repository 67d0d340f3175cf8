import { describe, expect, it } from 'vitest';
import { algorithmOf, digestOf, encodedOf, parseDigest } from './digest.js';
import { artifactTypeOf } from './manifest.js';
import {
  isImageManifestType,
  isIndexType,
  isNonDistributableLayerType,
  isSchema1Type,
  MEDIA_TYPES,
  mediaTypeOf,
} from './media-type.js';
import { formatReference, parseReference } from './reference.js';
import { parseRepositoryName } from './repository-name.js';
import { parseTag } from './tag.js';

const SHA256 = `sha256:${'0a'.repeat(32)}`;
const SHA512 = `sha512:${'0a'.repeat(64)}`;

describe('a digest', () => {
  it.each([SHA256, SHA512])('may be %s', (text) => {
    const digest = parseDigest(text) ?? expect.fail();
    expect(digestOf(algorithmOf(digest), encodedOf(digest))).toBe(text);
  });

  it.each([
    '',
    'sha256',
    'sha256:',
    'latest',
    SHA256.toUpperCase(),
    SHA256.slice(0, -1),
    `${SHA256}0`,
    `${SHA256}\n`,
    ` ${SHA256}`,
    SHA256.replace('a', 'g'),
    SHA256.replace('sha256', 'sha512'),
    `md5:${'0'.repeat(32)}`,
    `constructor:${'0'.repeat(64)}`,
    `sha256:${'0'.repeat(60)}/../`,
  ])('may not be %j', (text) => {
    expect(parseDigest(text)).toBeUndefined();
  });
});

describe('a tag', () => {
  it.each(['latest', 'v1.0', '_', '0', 'A-b_c.d', 'a'.repeat(128)])('may be %s', (text) => {
    expect(parseTag(text)).toBe(text);
  });

  it.each(['', '.hidden', '-x', 'a/b', 'a b', 'a:b', 'é', 'a\n', '..', 'a'.repeat(129)])('may not be %j', (text) => {
    expect(parseTag(text)).toBeUndefined();
  });
});

describe('a repository name', () => {
  it.each(['a', 'library/nginx', 'a/b/c/d', 'a.b_c__d---e', '0/9', 'a/blobs/uploads/b', 'x'.repeat(255)])(
    'may be %s',
    (text) => {
      expect(parseRepositoryName(text)).toBe(text);
    },
  );

  it.each([
    '',
    '/',
    'a/',
    '/a',
    'a//b',
    'A',
    'a/B',
    '-a',
    'a-',
    'a..b',
    'a___b',
    'a._b',
    '..',
    'a/../b',
    'a%2fb',
    'x'.repeat(256),
  ])('may not be %j', (text) => {
    expect(parseRepositoryName(text)).toBeUndefined();
  });
});

describe('a reference', () => {
  it('is a digest where it has a colon, else a tag', () => {
    expect(parseReference('latest')).toEqual({ kind: 'tag', tag: 'latest' });
    expect(parseReference(SHA256)).toEqual({ kind: 'digest', digest: SHA256 });
    expect(parseReference(SHA256.slice(0, -1))).toBeUndefined();
    expect(parseReference('-')).toBeUndefined();
  });

  it.each(['latest', SHA512])('is written as it was read: %s', (text) => {
    expect(formatReference(parseReference(text) ?? expect.fail())).toBe(text);
  });
});

describe('a media type', () => {
  it.each([
    [undefined, ''],
    ['', ''],
    ['Application/JSON', 'application/json'],
    ['application/json; charset=utf-8', 'application/json'],
    [' application/json ;x=1;y=2', 'application/json'],
  ])('of Content-Type %j is %j', (header, expected) => {
    expect(mediaTypeOf(header)).toBe(expected);
  });

  it('is that of a manifest, an index, schema 1 or none of them', () => {
    const kindsOf = (type: string) => [isImageManifestType(type), isIndexType(type), isSchema1Type(type)];

    expect(kindsOf(MEDIA_TYPES.ociManifest)).toEqual([true, false, false]);
    expect(kindsOf(MEDIA_TYPES.dockerManifest)).toEqual([true, false, false]);
    expect(kindsOf(MEDIA_TYPES.ociIndex)).toEqual([false, true, false]);
    expect(kindsOf(MEDIA_TYPES.dockerManifestList)).toEqual([false, true, false]);
    expect(kindsOf(MEDIA_TYPES.dockerSchema1)).toEqual([false, false, true]);
    expect(kindsOf(MEDIA_TYPES.dockerSchema1Signed)).toEqual([false, false, true]);
    expect(kindsOf('application/json')).toEqual([false, false, false]);
  });

  it.each([
    ['application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', true],
    ['application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', true],
    ['application/vnd.oci.image.layer.v1.tar+gzip', false],
    ['application/vnd.docker.image.rootfs.diff.tar.gzip', false],
  ])('%s lies elsewhere: %s', (type, expected) => {
    expect(isNonDistributableLayerType(type)).toBe(expected);
  });
});

describe('the artifact type of a manifest', () => {
  const digest = parseDigest(SHA256) ?? expect.fail();
  const config = { mediaType: 'application/config', digest, size: 1 };
  const { ociManifest, ociIndex } = MEDIA_TYPES;

  it('is its own, else that of its configuration, else none', () => {
    expect(artifactTypeOf({ mediaType: ociManifest, artifactType: 'a/b', config, layers: [] })).toBe('a/b');
    expect(artifactTypeOf({ mediaType: ociManifest, config, layers: [] })).toBe('application/config');
    expect(artifactTypeOf({ mediaType: ociIndex, manifests: [] })).toBeUndefined();
    expect(artifactTypeOf({ mediaType: ociIndex, artifactType: 'a/b', manifests: [] })).toBe('a/b');
  });
});
