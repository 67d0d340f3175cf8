import { digestOf, MEDIA_TYPES } from '@berth/sdk';
import { describe, expect, it } from 'vitest';
import { linksOf, mustBeHeld } from './manifest-links.js';

const digest = (digit: string) => digestOf('sha256', digit.repeat(64));
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';
const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digest('1'), size: 1 };
const layer = { mediaType: LAYER, digest: digest('2'), size: 2 };
const foreign = {
  ...layer,
  mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
  digest: digest('3'),
};
const withUrls = { ...layer, digest: digest('4'), urls: ['https://example.com/layer'] };
const child = { mediaType: MEDIA_TYPES.ociManifest, digest: digest('5'), size: 5 };

describe('linksOf', () => {
  it('names configuration and layers of an image; those that may lie elsewhere are remote', () => {
    expect(linksOf({ mediaType: MEDIA_TYPES.ociManifest, config, layers: [layer, foreign, withUrls] })).toEqual([
      { digest: config.digest, kind: 'config', state: 'held', size: 1 },
      { digest: layer.digest, kind: 'layer', state: 'held', size: 2 },
      { digest: foreign.digest, kind: 'layer', state: 'remote', size: 2 },
      { digest: withUrls.digest, kind: 'layer', state: 'remote', size: 2 },
    ]);
  });

  it('names the children of an index', () => {
    const links = linksOf({ mediaType: MEDIA_TYPES.ociIndex, manifests: [child] });
    expect(links).toEqual([{ digest: child.digest, kind: 'manifest', state: 'held', size: 5 }]);
  });

  it('names a digest once for each kind', () => {
    const same = { ...layer, digest: config.digest };
    const links = linksOf({ mediaType: MEDIA_TYPES.ociManifest, config, layers: [same, same, layer, layer] });
    expect(links.map(({ kind, digest: named }) => [kind, named])).toEqual([
      ['config', config.digest],
      ['layer', config.digest],
      ['layer', layer.digest],
    ]);
  });

  it('does not name the subject', () => {
    expect(linksOf({ mediaType: MEDIA_TYPES.ociIndex, manifests: [], subject: child })).toEqual([]);
  });

  it('names nothing for a document that names nothing', () => {
    expect(linksOf({ mediaType: 'application/vnd.example+json' })).toEqual([]);
  });
});

describe('mustBeHeld', () => {
  const links = linksOf({
    mediaType: 'application/vnd.example+json',
    config,
    layers: [layer, foreign],
    manifests: [child],
  });

  it('gives the blobs that are not remote', () => {
    expect(mustBeHeld(links, 'blob')).toEqual([config.digest, layer.digest]);
  });

  it('gives the manifests', () => {
    expect(mustBeHeld(links, 'manifest')).toEqual([child.digest]);
  });
});
