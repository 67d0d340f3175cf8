import { anArtifact, anImage, anIndex, descriptorOf } from '@berth/testkit';
import { describe, expect, it } from 'vitest';
import { jsonOf } from './exchange.js';
import { pull, useSync, WINDOW } from './use-sync.js';

const { upstream, mirror } = useSync();

describe('the tags of a repository that is not here', () => {
  it('are those of its upstream, all pages of them, asked for once within the window', async () => {
    const from = await upstream();
    for (const tag of ['a', 'b', 'c', 'd', 'e']) from.has('team/app', anImage().build(), tag);
    from.behaviour = { tagsPerPage: 2 };
    const registry = await mirror([from]);
    for (let round = 0; round < 2; round++) {
      expect(jsonOf((await pull(registry, 'team/app/tags/list')).response)).toEqual({
        name: 'team/app',
        tags: ['a', 'b', 'c', 'd', 'e'],
      });
    }
    expect(from.count('GET', /tags/)).toBe(3);
  });

  it('are 404 where the upstream does not know it, and an error that names it where it cannot be asked', async () => {
    const from = await upstream();
    const registry = await mirror([from]);
    expect((await pull(registry, 'team/app/tags/list')).status).toBe(404);
    from.behaviour = { status: 500 };
    const { status, body } = await pull(registry, 'team/other/tags/list');
    expect([status, body.toString()]).toEqual([502, expect.stringContaining(from.host)]);
  });
});

describe('what refers to a mirrored image', () => {
  it.each([true, false])('is listed as its upstream has it, by its API: %s', async (hasReferrersApi) => {
    const from = await upstream();
    const image = anImage().build();
    const signature = anArtifact().withSubject(image).build();
    from.has('team/app', image, 'v1');
    from.has('team/app', signature);
    from.has('team/app', anIndex().of(signature).build(), image.digest.replace(':', '-'));
    from.behaviour = { hasReferrersApi };
    const registry = await mirror([from]);
    await pull(registry, 'team/app/manifests/v1');
    const { response } = await pull(registry, `team/app/referrers/${image.digest}`);
    expect(jsonOf(response)).toMatchObject({ manifests: [{ digest: signature.digest }] });
    expect((await pull(registry, `team/app/manifests/${signature.digest}`)).body).toEqual(signature.manifest);
  });

  it('appears once the window is over, and costs nothing within it', async () => {
    const from = await upstream();
    const image = anImage().build();
    from.has('team/app', image, 'v1');
    const registry = await mirror([from]);
    await pull(registry, 'team/app/manifests/v1');
    const path = `team/app/referrers/${image.digest}`;
    expect(jsonOf((await pull(registry, path)).response)).toMatchObject({ manifests: [] });
    const later = anArtifact().withSubject(image).build();
    from.has('team/app', later);
    await pull(registry, path);
    expect(from.count('GET', /referrers/)).toBe(1);

    registry.clock.advance(WINDOW);
    const { mediaType, digest, size } = descriptorOf(later);
    expect(jsonOf((await pull(registry, path)).response)).toMatchObject({ manifests: [{ mediaType, digest, size }] });
  });
});
