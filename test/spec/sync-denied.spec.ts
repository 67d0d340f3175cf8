import { anImage, FakeUpstream } from '@berth/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import sync from '../../plugins/sync/src/index.js';
import { expectError } from './exchange.js';
import { basic, GuardedRegistry } from './guarded.js';
import { WINDOW } from './use-sync.js';

const image = anImage().build();
const [, layer = expect.fail()] = image.blobs;
const OURS = 'docker.io/team-a/x';
const THEIRS = 'docker.io/team-b/x';

describe('who may read docker.io/team-a/** alone', () => {
  const guarded = new GuardedRegistry(['anna', 'root']);
  let from: FakeUpstream;

  beforeAll(async () => {
    from = await FakeUpstream.start();
    for (const repository of ['team-a/x', 'team-b/x', 'team-b/uncached']) from.has(repository, image, 'v1');
    await guarded.start(
      {
        accessControl: {
          repositories: { 'docker.io/team-a/**': { policies: [{ users: ['anna'], actions: ['read'] }] } },
          adminPolicy: { users: ['root'], actions: ['read', 'create', 'update', 'delete'] },
        },
      },
      {
        plugins: [
          { plugin: sync, section: { registries: [{ urls: [from.url], onDemand: true, namespaces: ['docker.io'] }] } },
        ],
      },
    );
    // What is cached, somebody else has pulled.
    for (const path of ['manifests/v1', `manifests/${image.digest}`, `blobs/${layer.digest}`])
      expect((await guarded.send('GET', `/v2/${THEIRS}/${path}`, basic('root'))).status).toBe(200);
    guarded.registry.clock.advance(WINDOW);
  });
  beforeEach(() => {
    from.requests.length = 0;
  });
  afterAll(async () => {
    await guarded.close();
    await from.close();
  });

  const within = [
    'manifests/v1',
    `manifests/${image.digest}`,
    `blobs/${layer.digest}`,
    'tags/list',
    `referrers/${image.digest}`,
  ];
  const paths = [
    ...within.map((path) => `${THEIRS}/${path}`),
    ...within.map((path) => `docker.io/team-b/uncached/${path}`),
    ...within.map((path) => `team-b/x/${path}?ns=docker.io`),
    ...within.map((path) => `team-b/uncached/${path}?ns=docker.io`),
  ];
  const cases = paths.flatMap((path) =>
    (/tags|referrers/.test(path) ? ['GET'] : ['GET', 'HEAD']).map((method) => [method, path] as const),
  );

  it.each(cases)('is refused %s %s, as a stranger is, and no upstream is asked', async (method, path) => {
    expect((await guarded.send(method, `/v2/${path}`, basic('anna'))).status).toBe(403);
    expect((await guarded.send(method, `/v2/${path}`)).status).toBe(401);
    expect(from.requests).toEqual([]);
  });

  it('is given that', async () => {
    for (const path of [`${OURS}/manifests/v1`, 'team-a/x/manifests/v1?ns=docker.io', `${OURS}/blobs/${layer.digest}`])
      expect((await guarded.send('GET', `/v2/${path}`, basic('anna'))).status).toBe(200);
  });

  it('finds that alone in the catalog', async () => {
    await guarded.send('GET', `/v2/${OURS}/manifests/v1`, basic('anna'));
    const { body } = await guarded.send('GET', '/v2/_catalog', basic('anna'));
    expect(JSON.parse(body.toString())).toEqual({ repositories: [OURS] });
  });

  it('is told of a namespace that nobody has, and a stranger is not', async () => {
    const path = '/v2/team-a/x/manifests/v1?ns=elsewhere.example';
    expectError(await guarded.send('GET', path, basic('anna')), 404, 'NAME_UNKNOWN');
    expect((await guarded.send('GET', path)).status).toBe(401);
    expect((await guarded.send('POST', '/v2/team-a/x/blobs/uploads/?ns=elsewhere.example')).status).toBe(401);
    expect(from.requests).toEqual([]);
  });
});
