import { anArtifact, anImage, anIndex, type BuiltManifest, type FakeUpstream, type TestRegistry } from '@berth/testkit';
import type { Digest } from '@berth/sdk';
import { describe, expect, it } from 'vitest';
import { jsonOf } from './exchange.js';
import { askedOf, runOnce } from './use-runs.js';
import { pull, useSync } from './use-sync.js';

const { upstream, mirror } = useSync();
const EVERYTHING = { onDemand: false, pollInterval: '6h', content: [{ prefix: '**' }] };
const SIGNATURE = 'application/vnd.dev.cosign.artifact.sig.v1+json';
const DAY = 24 * 3_600_000;

function stemOf(digest: Digest): string {
  return digest.replace(':', '-');
}

/** An image, its SBOM, and the signature of the SBOM. With the API, or with the tags that stand in for it. */
function signedImage(from: FakeUpstream): readonly BuiltManifest[] {
  const image = anImage().build();
  const sbom = anArtifact().withArtifactType('application/spdx+json').withSubject(image).withBlob(900).build();
  const signature = anArtifact().withArtifactType(SIGNATURE).withSubject(sbom).withBlob(90).build();
  from.has('team/app', image, 'v1');
  for (const [subject, referrer] of [[image, sbom] as const, [sbom, signature] as const]) {
    from.has('team/app', referrer);
    if (from.behaviour.hasReferrersApi === false)
      from.has('team/app', anIndex().of(referrer).build(), stemOf(subject.digest));
  }
  return [image, sbom, signature];
}

async function referrersOf(registry: TestRegistry, digest: Digest): Promise<readonly { digest: Digest }[]> {
  const { response } = await pull(registry, `team/app/referrers/${digest}`);
  return (jsonOf(response) as { manifests: readonly { digest: Digest }[] }).manifests;
}

describe('what belongs to an image', () => {
  it.each([true, false])('comes with it, and what belongs to that, where the referrers API is %j', async (hasApi) => {
    const from = await upstream();
    from.behaviour = { hasReferrersApi: hasApi };
    const [image, sbom, signature] = signedImage(from);
    if (!image || !sbom || !signature) expect.fail();
    const registry = await mirror([from, EVERYTHING]);
    expect((await runOnce(registry)).outcome).toBe('succeeded');
    askedOf(from);
    expect((await runOnce(registry)).counts.bytes).toBe(0);
    expect(askedOf(from).filter((asked) => asked.startsWith('GET'))).toEqual([
      'GET _catalog',
      'GET team/app/tags/list',
    ]);

    await from.close();
    for (const [subject, referrer] of [[image, sbom] as const, [sbom, signature] as const]) {
      expect(await referrersOf(registry, subject.digest)).toMatchObject([{ digest: referrer.digest }]);
      expect((await pull(registry, `team/app/manifests/${referrer.digest}`)).body).toEqual(referrer.manifest);
      for (const { digest, bytes } of referrer.blobs)
        expect((await pull(registry, `team/app/blobs/${digest}`)).body).toEqual(bytes);
    }
  });

  it('is fetched when it comes later: by its tag with the next run, by the API within a day', async () => {
    const from = await upstream();
    const image = anImage().build();
    from.has('team/app', image, 'v1');
    const registry = await mirror([from, EVERYTHING]);
    await runOnce(registry);
    const legacy = anArtifact().withBlob(50).build();
    from.has('team/app', legacy, `${stemOf(image.digest)}.sig`);
    await runOnce(registry);
    expect((await pull(registry, `team/app/manifests/${stemOf(image.digest)}.sig`)).body).toEqual(legacy.manifest);

    const referrer = anArtifact().withSubject(image).build();
    from.has('team/app', referrer);
    await runOnce(registry);
    expect((await pull(registry, `team/app/manifests/${referrer.digest}`)).status).toBe(404);
    registry.clock.advance(DAY);
    await runOnce(registry);
    expect((await pull(registry, `team/app/manifests/${referrer.digest}`)).body).toEqual(referrer.manifest);
  });

  it('comes also where the rules for tags take none of its tags, and only with its image', async () => {
    const from = await upstream();
    const [image, other] = [anImage().build(), anImage().build()];
    from.has('team/app', image, 'v1');
    from.has('team/app', other, 'other');
    for (const { digest } of [image, other])
      for (const ending of ['.sig', '.att', '.sbom'])
        from.has('team/app', anArtifact().build(), `${stemOf(digest)}${ending}`);
    const registry = await mirror([from, { ...EVERYTHING, content: [{ prefix: '**', tags: { regex: '^v\\d+$' } }] }]);
    await runOnce(registry);
    const stem = stemOf(image.digest);
    expect(jsonOf((await pull(registry, 'team/app/tags/list')).response)).toMatchObject({
      tags: [`${stem}.att`, `${stem}.sbom`, `${stem}.sig`, 'v1'],
    });
  });

  it("stays away with syncLegacyCosignTags: false, as far as it is one of cosign's tags", async () => {
    const from = await upstream();
    const image = anImage().build();
    from.has('team/app', image, 'v1');
    from.has('team/app', anArtifact().build(), `${stemOf(image.digest)}.sig`);
    const registry = await mirror([from, { ...EVERYTHING, syncLegacyCosignTags: false }]);
    await runOnce(registry);
    expect(jsonOf((await pull(registry, 'team/app/tags/list')).response)).toMatchObject({ tags: ['v1'] });
  });

  it('belongs to the children of an index too', async () => {
    const from = await upstream();
    const child = anImage().build();
    const referrer = anArtifact().withSubject(child).build();
    from.has('team/app', anIndex().of(child).build(), 'v1');
    from.has('team/app', referrer);
    const registry = await mirror([from, EVERYTHING]);
    await runOnce(registry);
    expect((await pull(registry, `team/app/manifests/${referrer.digest}`)).status).toBe(200);
  });

  it('may go round in a circle, which no run follows for ever', async () => {
    const from = await upstream();
    const image = anImage().build();
    const referrer = anIndex().of(image).withSubject(image).build();
    from.has('team/app', image, 'v1');
    from.has('team/app', referrer);
    const registry = await mirror([from, EVERYTHING]);
    expect((await runOnce(registry)).outcome).toBe('succeeded');
  });
});

describe('with onlySigned', () => {
  it.each(['the API', 'the tag of its referrers', 'a tag of cosign'])('what is signed comes: by %s', async (by) => {
    const from = await upstream();
    const [signed, unsigned] = [anImage().build(), anImage().build()];
    from.has('team/app', signed, 'signed');
    from.has('team/app', unsigned, 'unsigned');
    from.has('team/app', anArtifact().withSubject(unsigned).build());
    const signature = anArtifact().withArtifactType(SIGNATURE).withSubject(signed).build();
    if (by === 'a tag of cosign') from.has('team/app', anArtifact().build(), `${stemOf(signed.digest)}.sig`);
    else from.has('team/app', signature);
    if (by !== 'the API') from.behaviour = { hasReferrersApi: false };
    if (by === 'the tag of its referrers') from.has('team/app', anIndex().of(signature).build(), stemOf(signed.digest));
    const registry = await mirror([from, { ...EVERYTHING, onlySigned: true }]);
    for (let round = 0; round < 2; round++) {
      const { outcome, counts } = await runOnce(registry);
      expect([outcome, counts.tags.unsigned, counts.tags.failed]).toEqual(['succeeded', 1, 0]);
    }
    expect((await pull(registry, 'team/app/manifests/signed')).status).toBe(200);
    expect((await pull(registry, 'team/app/manifests/unsigned')).status).toBe(404);
    expect(from.count('GET', new RegExp(`manifests/${unsigned.digest}`))).toBe(0);
  });
});
