import { anArtifact, anImage, anIndex, pushManifest } from '@berth/testkit';
import { describe, expect, it } from 'vitest';
import { aListWith, headerOf, jsonOf } from './exchange.js';
import { useRegistry } from './use-registry.js';

describe('pushing manifests with subject (end-7a)', () => {
  const registry = useRegistry();
  const image = anImage({ seed: 1 }).build();
  const referrersOf = async (digest: string) => jsonOf(await registry().request('GET', `/v2/a/referrers/${digest}`));

  it.each([
    ['an artifact', anArtifact({ seed: 2 }).withSubject(image).build()],
    ['an image', anImage({ seed: 3 }).withSubject(image).build()],
    ['an index', anIndex({ seed: 4 }).withSubject(image).build()],
  ])('answers %s with OCI-Subject, though the subject is not there', async (_, built) => {
    const response = await pushManifest(registry().request, 'a', built, { tag: 'x' });
    expect(headerOf(response, 'oci-subject')).toBe(image.digest);
    expect(await referrersOf(image.digest)).toMatchObject({
      manifests: aListWith(expect.objectContaining({ digest: built.digest })),
    });
  });

  it('says OCI-Subject again where the manifest is there already', async () => {
    const artifact = anArtifact({ seed: 2 }).withSubject(image).build();
    await pushManifest(registry().request, 'a', artifact);
    expect(headerOf(await pushManifest(registry().request, 'a', artifact), 'oci-subject')).toBe(image.digest);
  });

  it('lists what was pushed before its subject, once the subject is there', async () => {
    const late = anImage({ seed: 5 }).build();
    const artifact = anArtifact({ seed: 6 }).withSubject(late).build();
    await pushManifest(registry().request, 'a', artifact);
    await pushManifest(registry().request, 'a', late);
    expect(await referrersOf(late.digest)).toMatchObject({ manifests: [{ digest: artifact.digest }] });
  });

  it.each(['sha256', 'sha512'] as const)('lists under a %s subject by that digest', async (algorithm) => {
    const subject = anImage({ seed: 7 }).withDigestAlgorithm(algorithm).build();
    const artifact = anArtifact({ seed: 8 }).withDigestAlgorithm(algorithm).withSubject(subject).build();
    const response = await pushManifest(registry().request, 'a', artifact);
    expect(headerOf(response, 'oci-subject')).toBe(subject.digest);
    expect(await referrersOf(subject.digest)).toMatchObject({ manifests: [{ digest: artifact.digest }] });
  });
});
