import { anArtifact, anImage, anIndex, type FakeUpstream } from '@berth/testkit';
import { describe, expect, it } from 'vitest';
import { jsonOf } from './exchange.js';
import { askedOf, runOnce } from './use-runs.js';
import { pull, STALE, useSync } from './use-sync.js';

const { upstream, mirror } = useSync();
const POLLED = { onDemand: false, pollInterval: '6h' };
const EVERYTHING = { ...POLLED, content: [{ prefix: '**' }] };

function hasOneImage(from: FakeUpstream, repository: string, tag: string) {
  const image = anImage().build();
  from.has(repository, image, tag);
  return image;
}

describe('a periodic run', () => {
  it('brings the tags of all repositories of the catalog, so that they are served without the upstream', async () => {
    const from = await upstream();
    const images = [
      { name: 'team/app', tag: '1', image: anImage().withLayers(2).build() },
      { name: 'base', tag: 'latest', image: anImage().build() },
    ];
    for (const { name, tag, image } of images) from.has(name, image, tag);
    from.behaviour = { repositoriesPerPage: 1, tagsPerPage: 1 };
    const registry = await mirror([from, EVERYTHING]);

    const counts = { repositories: 2, tags: { moved: 2 } };
    expect(await runOnce(registry)).toMatchObject({ outcome: 'succeeded', counts });
    await from.close();
    for (const { name, tag, image } of images) {
      const pulled = await pull(registry, `${name}/manifests/${tag}`);
      expect(pulled).toMatchObject({ status: 200, body: image.manifest, warning: undefined });
      for (const { digest, bytes } of image.blobs)
        expect((await pull(registry, `${name}/blobs/${digest}`)).body).toEqual(bytes);
    }
  });

  it('costs one HEAD for each tag, and the lists, where nothing has moved', async () => {
    const from = await upstream();
    const image = anImage().build();
    for (const tag of ['1', '2', 'latest']) from.has('team/app', image, tag);
    from.has('team/app', anArtifact().withSubject(image).build());
    const registry = await mirror([from, EVERYTHING]);
    await runOnce(registry);
    askedOf(from);

    expect((await runOnce(registry)).counts).toMatchObject({ tags: { moved: 0, unmoved: 3 }, bytes: 0 });
    expect(askedOf(from)).toEqual([
      'GET _catalog',
      'GET team/app/tags/list',
      'HEAD team/app/manifests/1',
      'HEAD team/app/manifests/2',
      'HEAD team/app/manifests/latest',
    ]);
  });

  it('needs no catalog for what is named', async () => {
    const from = await upstream();
    hasOneImage(from, 'team/app', '1');
    from.behaviour = { hasCatalog: false };
    const registry = await mirror([from, { ...POLLED, content: [{ prefix: '/team/app' }] }]);
    expect(await runOnce(registry)).toMatchObject({ outcome: 'succeeded', counts: { tags: { moved: 1 } } });
    expect(from.count('GET', /_catalog/)).toBe(0);
  });

  it('brings what is named where a catalog is wanted too and there is none, which fails it', async () => {
    const from = await upstream();
    hasOneImage(from, 'team/app', '1');
    from.behaviour = { hasCatalog: false };
    const registry = await mirror([from, { ...POLLED, content: [{ prefix: 'team/app' }, { prefix: 'x/*' }] }]);
    expect(await runOnce(registry)).toMatchObject({ outcome: 'failed', counts: { problems: 1, tags: { moved: 1 } } });
    expect((await pull(registry, 'team/app/manifests/1')).status).toBe(200);
  });

  it('takes the tags that the rules of the first entry for a repository take, and fetches nothing of others', async () => {
    const from = await upstream();
    for (const tag of ['1.19.0', '1.20.0', '1.21.0-rc1', '2.0.0', 'main', 'maintenance'])
      hasOneImage(from, 'team/app', tag);
    hasOneImage(from, 'other', '1.20.0');
    const content = [
      { prefix: 'team/app', tags: { semver: '>=1.20 <2', excludeRegex: '-rc' } },
      { prefix: 'team/app', tags: { regex: '^main$' } },
      { prefix: '**', tags: { regex: '^nothing$' } },
    ];
    const registry = await mirror([from, { ...POLLED, content }]);
    await runOnce(registry);
    expect(jsonOf((await pull(registry, 'team/app/tags/list')).response)).toMatchObject({ tags: ['1.20.0', 'main'] });
    expect((await pull(registry, 'other/manifests/1.20.0')).status).toBe(404);
    expect(from.count('HEAD', /./)).toBe(2);
  });

  it('puts what it brings where content says, and reads names as on demand', async () => {
    const from = await upstream();
    for (const name of ['repo1/repo', 'library/nginx', 'plain']) hasOneImage(from, name, '1');
    const content = [
      { prefix: '/repo1/**', destination: '/local', stripPrefix: true },
      { prefix: 'library/nginx' },
      { prefix: 'plain' },
    ];
    const registry = await mirror([from, { ...POLLED, namespaces: ['docker.io'], content }]);
    await runOnce(registry);
    // The rule of library/ holds here, so that there is no repository `plain` to be asked for.
    const names = ['local/repo', 'docker.io/library/nginx', 'plain'];
    const statuses = await Promise.all(names.map(async (name) => (await pull(registry, `${name}/manifests/1`)).status));
    expect(statuses).toEqual([200, 200, 404]);
    expect((await pull(registry, 'nginx/manifests/1?ns=docker.io')).status).toBe(200);
  });

  it('leaves a tag alone that was pushed here, and a repository whose first content was', async () => {
    const from = await upstream();
    const theirs = hasOneImage(from, 'team/app', '1');
    hasOneImage(from, 'ours', '1');
    const registry = await mirror([from, EVERYTHING]);
    const ours = anArtifact().build();
    const push = async (name: string, tag: string): Promise<void> => {
      for (const { digest, bytes } of ours.blobs) {
        const headers = { 'content-type': 'application/octet-stream' };
        await registry.request('POST', `/v2/${name}/blobs/uploads/?digest=${digest}`, { headers, body: bytes });
      }
      const headers = { 'content-type': ours.mediaType };
      await registry.request('PUT', `/v2/${name}/manifests/${tag}`, { headers, body: ours.manifest });
    };
    await push('ours', 'x');
    await runOnce(registry);
    expect((await pull(registry, 'team/app/manifests/1')).digest).toBe(theirs.digest);
    expect((await pull(registry, 'ours/manifests/1')).status).toBe(404);

    await push('team/app', '1');
    hasOneImage(from, 'team/app', '1');
    expect((await runOnce(registry)).counts.tags).toMatchObject({ shadowed: 1, moved: 0 });
    expect((await pull(registry, 'team/app/manifests/1')).digest).toBe(ours.digest);
  });

  it('leaves a tag alone that was pushed here to what a run had brought, and goes on with the others of it', async () => {
    const from = await upstream();
    const image = hasOneImage(from, 'team/app', '1');
    const registry = await mirror([from, EVERYTHING]);
    await runOnce(registry);
    const headers = { 'content-type': image.mediaType };
    await registry.request('PUT', '/v2/team/app/manifests/2', { headers, body: image.manifest });
    hasOneImage(from, 'team/app', '2');
    expect((await runOnce(registry)).counts.tags).toMatchObject({ shadowed: 1, moved: 0, unmoved: 1 });
    expect((await pull(registry, 'team/app/manifests/2')).digest).toBe(image.digest);
    const newer = hasOneImage(from, 'team/app', '1');
    await runOnce(registry);
    expect((await pull(registry, 'team/app/manifests/1')).digest).toBe(newer.digest);
  });
});

describe('what a periodic run has brought', () => {
  it('is not asked for on demand where that is off: neither is it marked stale, nor is anything else fetched', async () => {
    const from = await upstream();
    hasOneImage(from, 'team/app', '1');
    const registry = await mirror([from, EVERYTHING]);
    await runOnce(registry);
    hasOneImage(from, 'team/app', '2');
    askedOf(from);
    registry.clock.advance(3_600_000);
    expect(await pull(registry, 'team/app/manifests/1')).toMatchObject({ status: 200, warning: undefined });
    expect((await pull(registry, 'team/app/manifests/2')).status).toBe(404);
    expect((await pull(registry, 'unknown/manifests/1')).status).toBe(404);
    expect(askedOf(from)).toEqual([]);
  });

  it('need not be asked for within the window where both are on, and is marked stale where it cannot be asked', async () => {
    const from = await upstream();
    hasOneImage(from, 'team/app', '1');
    const registry = await mirror([from, { ...EVERYTHING, onDemand: true }]);
    await runOnce(registry);
    askedOf(from);
    await pull(registry, 'team/app/manifests/1');
    expect(askedOf(from)).toEqual([]);
    registry.clock.advance(60_000);
    await from.close();
    expect(await pull(registry, 'team/app/manifests/1')).toMatchObject({ status: 200, warning: STALE });
  });

  it('counts as no pull, and as no miss', async () => {
    const from = await upstream();
    hasOneImage(from, 'team/app', '1');
    const registry = await mirror([from, { ...EVERYTHING, onDemand: true }]);
    await runOnce(registry);
    const series = (name: string): unknown => registry.numbers.find((one) => one.name === name)?.series;
    expect(series('berth_sync_misses_total')).toEqual([]);
    const labels = { upstream: from.host };
    expect(series('berth_sync_runs_total')).toEqual([{ labels: { ...labels, outcome: 'succeeded' }, value: 1 }]);
    expect(series('berth_sync_run_tags_total')).toEqual([{ labels: { ...labels, outcome: 'moved' }, value: 1 }]);
  });

  it('is gone on with where only some of it was held: nothing is fetched twice', async () => {
    const from = await upstream();
    const image = anImage().withLayers(3).build();
    from.has('team/app', image, '1');
    const registry = await mirror([from, { ...EVERYTHING, onDemand: true }]);
    await pull(registry, 'team/app/manifests/1');
    const [, first] = image.blobs;
    await pull(registry, `team/app/blobs/${first?.digest ?? ''}`);
    await runOnce(registry);
    expect(from.count('GET', /manifests/)).toBe(1);
    expect(from.count('GET', /blobs/)).toBe(image.blobs.length);
    await from.close();
    for (const { digest } of image.blobs) expect((await pull(registry, `team/app/blobs/${digest}`)).status).toBe(200);
  });

  it('is an index of any depth with all that it names', async () => {
    const from = await upstream();
    const [one, two] = [anImage().build(), anImage().build()];
    from.has('team/app', anIndex().of(anIndex().of(one).build(), two).build(), '1');
    const registry = await mirror([from, EVERYTHING]);
    await runOnce(registry);
    await from.close();
    for (const image of [one, two]) {
      expect((await pull(registry, `team/app/manifests/${image.digest}`)).body).toEqual(image.manifest);
      for (const { digest } of image.blobs) expect((await pull(registry, `team/app/blobs/${digest}`)).status).toBe(200);
    }
  });
});
