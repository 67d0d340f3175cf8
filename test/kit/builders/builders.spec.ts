import { parseDigest } from '@berth/sdk';
import { describe, expect, it } from 'vitest';
import { anArtifact, anImage, anIndex } from './builders.js';
import { type BuiltManifest, descriptorOf, digestBytes } from './built-manifest.js';
import { testSeed } from './test-seed.js';

function parsed(built: BuiltManifest): unknown {
  return JSON.parse(built.manifest.toString());
}

describe('anImage', () => {
  it('gives the same bytes for the same seed and other bytes for another', () => {
    const seed = testSeed();
    const build = (given: number) => anImage({ seed: given }).withLayers(2).withLayerSize(10, 5000).build();
    expect(build(seed)).toEqual(build(seed));
    expect(build(seed + 1).digest).not.toBe(build(seed).digest);
  });

  it('names its configuration and every layer by digest and size', () => {
    const image = anImage().withLayers(3).withLayerSize(100).withLayer(Buffer.from('shared')).build();
    const [config, ...layers] = image.blobs;
    expect(layers.map(({ bytes }) => bytes.length)).toEqual([6, 100, 100, 100]);
    expect(parsed(image)).toMatchObject({
      mediaType: image.mediaType,
      config: { digest: config?.digest, size: config?.bytes.length },
      layers: layers.map(({ digest, bytes }) => ({ digest, size: bytes.length })),
    });
  });

  it('draws the length of each layer from the given bounds', () => {
    const image = anImage({ seed: testSeed() }).withLayers(50).withLayerSize(3, 5).build();
    const lengths = new Set(image.blobs.slice(1).map(({ bytes }) => bytes.length));
    expect([...lengths].sort()).toEqual([3, 4, 5]);
  });

  it("carries Docker's media types when asked to", () => {
    const image = anImage().withMediaTypes('docker').build();
    expect(image.mediaType).toBe('application/vnd.docker.distribution.manifest.v2+json');
    expect(parsed(image)).toMatchObject({
      config: { mediaType: 'application/vnd.docker.container.image.v1+json' },
      layers: [{ mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip' }],
    });
  });

  it('uses sha512 for its manifest and its blobs when asked to', () => {
    const image = anImage().withDigestAlgorithm('sha512').build();
    expect(image.digest).toBe(digestBytes(image.manifest, 'sha512'));
    expect(image.blobs.map(({ digest }) => parseDigest(digest)?.startsWith('sha512:'))).toEqual([true, true]);
  });

  it('makes a manifest as long as it is told', () => {
    expect(anImage().withManifestSizeOver(100_000).build().manifest.length).toBeGreaterThan(100_000);
  });
});

describe('anIndex', () => {
  it('names its children by descriptor, with their platforms, and may be nested', () => {
    const child = anImage().withPlatform({ architecture: 'arm64', os: 'linux' }).build();
    const inner = anIndex().of(child).build();
    expect(parsed(inner)).toMatchObject({
      manifests: [{ digest: child.digest, platform: { architecture: 'arm64', os: 'linux' } }],
    });
    expect(parsed(anIndex().of(inner).build())).toMatchObject({ manifests: [descriptorOf(inner)] });
  });

  it('is empty unless it is given something', () => {
    expect(parsed(anIndex().build())).toMatchObject({ manifests: [] });
  });
});

describe('anArtifact', () => {
  it('names its subject, its type and the empty configuration', () => {
    const subject = anImage().build();
    const artifact = anArtifact().withArtifactType('application/spdx+json').withSubject(subject).withBlob(9).build();
    expect(parsed(artifact)).toMatchObject({
      artifactType: 'application/spdx+json',
      subject: { digest: subject.digest, size: subject.manifest.length, mediaType: subject.mediaType },
      config: { digest: digestBytes(Buffer.from('{}')), size: 2 },
      layers: [{ size: 9 }],
    });
  });

  it('has the empty blob for its layer when it is given none', () => {
    expect(anArtifact().build().blobs).toHaveLength(1);
    expect(parsed(anArtifact().build())).toMatchObject({ layers: [{ size: 2 }] });
  });
});
