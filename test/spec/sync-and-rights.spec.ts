import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anImage, anIndex, createTestRegistry, pushManifest } from '@berth/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import sync from '../../plugins/sync/src/index.js';
import { expectError } from './exchange.js';
import { basic, GuardedRegistry } from './guarded.js';
import { pull, useSync, WINDOW } from './use-sync.js';

const { upstream, mirror } = useSync();

describe('a repository whose first content was pushed', () => {
  it('is never asked for upstream, which has one of the same name', async () => {
    const from = await upstream();
    const [ours, theirs] = [anImage().build(), anImage().build()];
    from.has('team/app', theirs, '1');
    from.has('team/app', theirs, '2');
    const registry = await mirror([from]);
    await pushManifest(registry.request, 'team/app', ours, { tag: '1' });
    from.requests.length = 0;

    registry.clock.advance(WINDOW);
    for (let pulls = 0; pulls < 10; pulls++)
      expect((await pull(registry, 'team/app/manifests/1')).digest).toBe(ours.digest);
    expect((await pull(registry, 'team/app/manifests/2')).status).toBe(404);
    expect((await pull(registry, `team/app/blobs/${theirs.blobs[0]?.digest ?? ''}`)).status).toBe(404);
    expect((await pull(registry, `team/app/referrers/${ours.digest}`)).status).toBe(200);
    expect((await pull(registry, 'team/app/tags/list')).status).toBe(200);
    expect(from.requests).toEqual([]);
  });
});

describe('a repository of our own beside five upstreams that are down', () => {
  it('is pushed and pulled ten times, and nobody is asked', async () => {
    const upstreams = await Promise.all(Array.from({ length: 5 }, () => upstream()));
    const namespaces = ['docker.io', 'registry.k8s.io', 'quay.io', 'gcr.io', 'ghcr.io'];
    const registry = await mirror(
      ...upstreams.map((from, at) => [from, { namespaces: [namespaces[at]], content: [{ prefix: '**' }] }] as const),
    );
    await Promise.all(upstreams.map((from) => from.close()));
    const ours = anImage().build();
    await pushManifest(registry.request, 'team/app', ours, { tag: '1' });
    for (let pulls = 0; pulls < 10; pulls++) {
      registry.clock.advance(WINDOW);
      expect((await pull(registry, 'team/app/manifests/1')).status).toBe(200);
      for (const { digest } of ours.blobs) expect((await pull(registry, `team/app/blobs/${digest}`)).status).toBe(200);
    }
    const asked = registry.numbers.find(({ name }) => name === 'berth_sync_upstream_requests_total');
    expect(asked?.series ?? []).toEqual([]);
  });
});

describe('a push into what is mirrored', () => {
  it('is taken by default, and its tag is nothing that a mirror refreshes', async () => {
    const from = await upstream();
    const [ours, theirs] = [anImage().build(), anImage().build()];
    from.has('team/app', theirs, 'v1');
    const registry = await mirror([from]);
    await pull(registry, 'team/app/manifests/v1');
    await pushManifest(registry.request, 'team/app', ours, { tag: 'v1' });
    registry.clock.advance(WINDOW);
    expect((await pull(registry, 'team/app/manifests/v1')).digest).toBe(ours.digest);
  });

  it('has a line in the audit that says which upstream its tag shadows', async () => {
    const from = await upstream();
    from.has('team/app', anImage().build(), 'v1');
    const registry = await mirror([from]);
    await pull(registry, 'team/app/manifests/v1');
    const ours = anImage().build();
    await pushManifest(registry.request, 'team/app', ours, { tag: 'v1' });
    await pushManifest(registry.request, 'own/app', ours, { tag: 'v1' });
    const lines = registry.auditLines.all.filter(({ msg }) => msg === 'a pushed tag shadows that of the upstream');
    expect(lines).toEqual([
      expect.objectContaining({ repository: 'team/app', reference: 'v1', digest: ours.digest, upstream: from.host }),
    ]);
  });

  it('wins also where it is the manifest that is mirrored, and another tag of that moves on', async () => {
    const from = await upstream();
    const [image, newer] = [anImage().build(), anImage().build()];
    from.has('team/app', image, 'v1');
    const registry = await mirror([from]);
    await pull(registry, 'team/app/manifests/v1');
    for (const { digest } of image.blobs) await pull(registry, `team/app/blobs/${digest}`);
    await pushManifest(registry.request, 'team/app', image, { tag: 'own' });
    for (const tag of ['v1', 'own']) from.has('team/app', newer, tag);
    registry.clock.advance(WINDOW);
    expect((await pull(registry, 'team/app/manifests/v1')).digest).toBe(newer.digest);
    expect((await pull(registry, 'team/app/manifests/own')).digest).toBe(image.digest);
  });

  it("gives way to the upstream's once its tag is deleted", async () => {
    const from = await upstream();
    const [ours, theirs] = [anImage().build(), anImage().build()];
    from.has('team/app', theirs, 'v1');
    const registry = await mirror([from]);
    await pull(registry, 'team/app/manifests/v1');
    await pushManifest(registry.request, 'team/app', ours, { tag: 'v1' });
    expect((await registry.request('DELETE', '/v2/team/app/manifests/v1')).status).toBe(202);
    expect((await pull(registry, 'team/app/manifests/v1')).digest).toBe(theirs.digest);
    registry.clock.advance(WINDOW);
    const newest = anImage().build();
    from.has('team/app', newest, 'v1');
    expect((await pull(registry, 'team/app/manifests/v1')).digest).toBe(newest.digest);
  });

  it('is refused where the upstream is configured so, and one beside it is not', async () => {
    const from = await upstream();
    const registry = await mirror([from, { push: 'deny', content: [{ prefix: 'mirrored/**' }] }]);
    const refused = await registry.request('POST', '/v2/mirrored/app/blobs/uploads/');
    expectError(refused, 403, 'DENIED');
    expect(refused.body.toString()).toContain(from.host);
    const manifest = anIndex().build();
    const put = await registry.request('PUT', '/v2/mirrored/app/manifests/v1', {
      headers: { 'content-type': manifest.mediaType },
      body: manifest.manifest,
    });
    expectError(put, 403, 'DENIED');
    await pushManifest(registry.request, 'own/app', anImage().build(), { tag: 'v1' });
  });
});

describe('a push into a repository that was there before its upstream was configured', () => {
  it('is taken, although pushes into what the upstream answers for are refused', async () => {
    const root = await mkdtemp(join(tmpdir(), 'berth-sync-'));
    const before = await createTestRegistry({ root });
    await pushManifest(before.request, 'team/app', anImage().build(), { tag: '1' });
    await before.close();
    const section = { registries: [{ urls: ['http://127.0.0.1:9'], onDemand: true, push: 'deny' }] };
    const registry = await createTestRegistry({ root, plugins: [{ plugin: sync, section }] });
    await pushManifest(registry.request, 'team/app', anImage().build(), { tag: '2' });
    expectError(await registry.request('POST', '/v2/team/other/blobs/uploads/'), 403, 'DENIED');
    await registry.close();
    await rm(root, { recursive: true });
  });
});

describe('somebody who may not read', () => {
  const guarded = new GuardedRegistry(['reader', 'stranger']);

  beforeAll(() =>
    guarded.start(
      { accessControl: { repositories: { 'team/**': { policies: [{ users: ['reader'], actions: ['read'] }] } } } },
      { plugins: [{ plugin: sync, section: { registries: [{ urls: ['http://127.0.0.1:9'], onDemand: true }] } }] },
    ),
  );
  afterAll(() => guarded.close());

  it.each(['manifests/v1', `blobs/${anImage().build().digest}`, 'tags/list', `referrers/${anImage().build().digest}`])(
    'causes no request to an upstream for %s',
    async (path) => {
      expect((await guarded.send('GET', `/v2/team/app/${path}`)).status).toBe(401);
      expect((await guarded.send('GET', `/v2/team/app/${path}`, basic('stranger'))).status).toBe(403);
      const asked = guarded.registry.numbers.find(({ name }) => name === 'berth_sync_upstream_requests_total');
      expect(asked?.series ?? []).toEqual([]);
    },
  );

  it('is told no more than who may of an upstream that cannot be asked', async () => {
    expect((await guarded.send('GET', '/v2/team/app/manifests/v1', basic('reader'))).status).toBe(502);
    const asked = guarded.registry.numbers.find(({ name }) => name === 'berth_sync_upstream_requests_total');
    expect(asked?.series).toMatchObject([{ labels: { status: 'none' }, value: 1 }]);
  });
});

describe('a token for a repository that a host has another name for', () => {
  const guarded = new GuardedRegistry([]);
  const upstreamOfHub = {
    urls: ['http://127.0.0.1:9'],
    onDemand: true,
    namespaces: ['docker.io'],
    hostAliases: ['hub.mirror.test'],
  };

  beforeAll(() =>
    guarded.start(
      {
        externalUrl: 'https://registry.example.com',
        accessControl: { repositories: { 'docker.io/**': { anonymousPolicy: ['read'] } } },
      },
      { plugins: [{ plugin: sync, section: { registries: [upstreamOfHub] } }] },
    ),
  );
  afterAll(() => guarded.close());

  const realmAt = async (host: string): Promise<string> => {
    const ping = await guarded.registry.request('GET', '/v2/', { headers: { host } });
    return /realm="([^"]+)"/.exec(String(ping.headers['www-authenticate']))?.[1] ?? '';
  };
  const grantedBy = async (realm: string): Promise<unknown> => {
    const { pathname, search } = new URL(`${realm}${realm.includes('?') ? '&' : '?'}scope=repository:library/app:pull`);
    const answer = await guarded.registry.request('GET', pathname + search);
    const { token } = JSON.parse(answer.body.toString()) as { readonly token: string };
    const [, claims = ''] = token.split('.');
    return (JSON.parse(Buffer.from(claims, 'base64url').toString()) as { readonly access: unknown }).access;
  };

  it('is for the repository that is meant at that host, also where the token server has another host', async () => {
    const realm = await realmAt('hub.mirror.test');
    expect(realm).toBe('https://registry.example.com/auth/token?host=hub.mirror.test');
    expect(await grantedBy(realm)).toMatchObject([{ name: 'docker.io/library/app', actions: ['pull'] }]);
  });

  it('is for the one that is named anywhere else', async () => {
    const realm = await realmAt('registry.example.com');
    expect(realm).toBe('https://registry.example.com/auth/token');
    expect(await grantedBy(realm)).toEqual([]);
  });
});
