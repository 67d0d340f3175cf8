import { anArtifact, anImage, anIndex, type FakeUpstream, pushManifest, type TestRegistry } from '@berth/testkit';
import { describe, expect, it, vi } from 'vitest';
import { RegistryError } from '@berth/sdk';
import { GarbageCollection } from '../../src/content/garbage-collection/garbage-collection.js';
import { HookRegistry } from '../../src/plugin-host/hook-registry.js';
import { expectError } from './exchange.js';
import { pull, STALE, useSync, WINDOW } from './use-sync.js';

const { upstream, mirror } = useSync();
const REMOVE = { deletedTags: 'remove' };
const PATH = 'team/app/manifests/v1';
const image = anImage().build();

/** A mirror that holds `v1`, past its window. */
async function held(
  section: object = REMOVE,
): Promise<{ readonly from: FakeUpstream; readonly registry: TestRegistry }> {
  const from = await upstream();
  from.has('team/app', image, 'v1');
  const registry = await mirror([from, { ...section }]);
  expect((await pull(registry, PATH)).status).toBe(200);
  registry.clock.advance(WINDOW);
  from.requests.length = 0;
  return { from, registry };
}

/** Collects what nobody has seen for an hour, an hour later. */
async function collect(registry: TestRegistry): Promise<readonly string[]> {
  const lines: string[] = [];
  registry.clock.advance(4_000_000);
  await registry.application.get(GarbageCollection).run({
    delay: 3_600_000,
    signal: new AbortController().signal,
    gentle: false,
    onRemoved: (line) => lines.push(line),
  });
  return lines;
}

describe('a tag that its upstream has no more, where deletedTags is remove,', () => {
  it('goes here too: 404, out of the list, with a line in the audit', async () => {
    const { from, registry } = await held();
    from.losesTag('team/app', 'v1');
    expectError((await pull(registry, PATH)).response, 404, 'MANIFEST_UNKNOWN');
    const list = await pull(registry, 'team/app/tags/list');
    expect(JSON.parse(list.body.toString())).toMatchObject({ tags: [] });
    const audit = { kind: 'tag', repository: 'team/app', reference: 'v1', digest: image.digest, upstream: from.host };
    expect(registry.auditLines.all).toContainEqual(expect.objectContaining({ ...audit, msg: 'gone upstream' }));
    expect(from.requests.map(({ method }) => method)).toEqual(['HEAD', 'GET']);
  });

  it('leaves its manifest to whoever pulls by digest, until garbage is collected', async () => {
    const { from, registry } = await held();
    await pull(registry, `team/app/blobs/${image.blobs[0]?.digest ?? ''}`);
    from.losesTag('team/app', 'v1');
    await pull(registry, PATH);
    from.requests.length = 0;
    expect((await pull(registry, `team/app/manifests/${image.digest}`)).status).toBe(200);
    expect(from.requests).toEqual([]);
    expect(await collect(registry)).toEqual(
      expect.arrayContaining([`manifest team/app ${image.digest}`, 'repository team/app']),
    );
  });

  it('takes the children of its index and what refers to them along, and nothing that another tag holds', async () => {
    const from = await upstream();
    const [own, shared] = [anImage().build(), anImage().build()];
    const index = anIndex().of(own, shared).build();
    const signature = anArtifact().withSubject(own).build();
    from.has('team/app', index, 'v1');
    from.has('team/app', shared, 'v2');
    from.has('team/app', signature);
    const registry = await mirror([from, REMOVE]);
    for (const reference of ['v1', 'v2', own.digest, signature.digest])
      expect((await pull(registry, `team/app/manifests/${reference}`)).status).toBe(200);
    registry.clock.advance(WINDOW);
    from.losesTag('team/app', 'v1');
    expect((await pull(registry, PATH)).status).toBe(404);
    const removed = (await collect(registry)).filter((line) => line.startsWith('manifest'));
    expect(new Set(removed)).toEqual(
      new Set([index, own, signature].map(({ digest }) => `manifest team/app ${digest}`)),
    );
  });

  it('is fetched again once the upstream has it again', async () => {
    const { from, registry } = await held();
    from.losesTag('team/app', 'v1');
    expect((await pull(registry, PATH)).status).toBe(404);
    from.has('team/app', image, 'v1');
    registry.clock.advance(10_000);
    expect(await pull(registry, PATH)).toMatchObject({ status: 200, warning: undefined });
    expect((await collect(registry)).filter((line) => line.startsWith('manifest'))).toEqual([]);
  });

  it.each([
    ['a page', { showsPage: true, status: 404 }],
    ['401', { status: 401 }],
    ['500', { status: 500 }],
    ['to GET what it denies to HEAD', { answersHead: false, headers: {} }],
  ] as const)('stays where the upstream answers %s', async (_, behaviour) => {
    const { from, registry } = await held();
    from.behaviour = behaviour;
    expect((await pull(registry, PATH)).status).toBe(200);
  });

  it('stays, marked stale, where a gate wants it kept', async () => {
    const { from, registry } = await held();
    const refusal = new RegistryError('DENIED', { message: 'tags are for ever' });
    registry.application.get(HookRegistry).add('manifest.beforeDelete', 'fixture', {
      handle: () => Promise.reject(refusal),
    });
    from.losesTag('team/app', 'v1');
    expect(await pull(registry, PATH)).toMatchObject({ status: 200, warning: STALE });
  });

  it('stays where it was pushed, whether the upstream has one of that name or not', async () => {
    const { from, registry } = await held();
    // The very manifest that is mirrored, under a tag of our own.
    await pushManifest(registry.request, 'team/app', anImage().build(), { tag: 'other' });
    for (const { digest } of image.blobs) await pull(registry, `team/app/blobs/${digest}`);
    await pushManifest(registry.request, 'team/app', image, { tag: 'own' });
    from.requests.length = 0;
    registry.clock.advance(WINDOW);
    for (const tag of ['own', 'other'])
      expect(await pull(registry, `team/app/manifests/${tag}`)).toMatchObject({ status: 200, warning: undefined });
    expect(from.requests).toEqual([]);
  });

  it('is removed once for many who ask at once', async () => {
    const { from, registry } = await held();
    from.losesTag('team/app', 'v1');
    const all = await Promise.all(Array.from({ length: 20 }, () => pull(registry, PATH)));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([404]));
    await vi.waitFor(() => {
      expect(registry.auditLines.all.filter(({ msg }) => msg === 'gone upstream')).toHaveLength(1);
    });
  });
});

describe('a tag that its upstream has no more, by default,', () => {
  it('is served marked stale', async () => {
    const { from, registry } = await held({});
    from.losesTag('team/app', 'v1');
    expect(await pull(registry, PATH)).toMatchObject({ status: 200, warning: STALE });
  });
});
