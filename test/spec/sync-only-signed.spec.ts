import { anArtifact, anImage, anIndex } from '@berth/testkit';
import { describe, expect, it } from 'vitest';
import { expectError } from './exchange.js';
import { pull, useSync, WINDOW } from './use-sync.js';

const { upstream, mirror } = useSync();
const SIGNATURE = 'application/vnd.cncf.notary.signature';

describe('an upstream with onlySigned that is asked on demand', () => {
  it('has no image that is not signed', async () => {
    const from = await upstream();
    const image = anImage().build();
    from.has('team/app', image, '1');
    from.has('team/app', anArtifact().withSubject(image).build());
    const registry = await mirror([from, { onlySigned: true }]);
    expectError((await pull(registry, 'team/app/manifests/1')).response, 404, 'MANIFEST_UNKNOWN');
    expectError((await pull(registry, `team/app/manifests/${image.digest}`)).response, 404, 'MANIFEST_UNKNOWN');
  });

  it.each([true, false])(
    'has those that are, with what belongs to them, where the referrers API is %j',
    async (hasApi) => {
      const from = await upstream();
      from.behaviour = { hasReferrersApi: hasApi };
      const index = anIndex().of(anImage().build(), anImage().build()).build();
      const signature = anArtifact().withArtifactType(SIGNATURE).withSubject(index).build();
      from.has('team/app', index, '1');
      from.has('team/app', signature);
      if (!hasApi) from.has('team/app', anIndex().of(signature).build(), index.digest.replace(':', '-'));
      const registry = await mirror([from, { onlySigned: true }]);
      for (const reference of ['1', index.children[1]?.digest ?? '', signature.digest])
        expect((await pull(registry, `team/app/manifests/${reference}`)).status).toBe(200);
    },
  );

  it('has those that cosign has signed with a tag, and the tag', async () => {
    const from = await upstream();
    const image = anImage().build();
    const tag = `${image.digest.replace(':', '-')}.sig`;
    from.has('team/app', image, '1');
    from.has('team/app', anArtifact().build(), tag);
    const registry = await mirror([from, { onlySigned: true }]);
    for (const reference of ['1', tag])
      expect((await pull(registry, `team/app/manifests/${reference}`)).status).toBe(200);
  });

  it('gives the one that was signed where its tag has moved to one that is not', async () => {
    const from = await upstream();
    const image = anImage().build();
    from.has('team/app', image, '1');
    from.has('team/app', anArtifact().withArtifactType(SIGNATURE).withSubject(image).build());
    const registry = await mirror([from, { onlySigned: true }]);
    await pull(registry, 'team/app/manifests/1');
    from.has('team/app', anImage().build(), '1');
    registry.clock.advance(WINDOW);
    expect((await pull(registry, 'team/app/manifests/1')).digest).toBe(image.digest);
  });
});
