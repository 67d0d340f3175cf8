import { anImage, type FakeUpstream } from '@berth/testkit';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import sync from '../../plugins/sync/src/index.js';
import { ConfigReload } from '../../src/config-reload.js';
import { basic, GuardedRegistry } from './guarded.js';
import { STATE_PATH, stateIn, stateOf } from './sync-state.js';
import { pull, useSync } from './use-sync.js';

const { upstream, mirror } = useSync();
const image = anImage().build();
let from: FakeUpstream;

beforeEach(async () => {
  from = await upstream();
  from.has('team/app', image, 'v1');
});

describe('the state of upstreams', () => {
  const guarded = new GuardedRegistry(['operator', 'stranger']);
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'berth-sync-status-'));
    const credentialsFile = join(folder, 'credentials.json');
    writeFileSync(credentialsFile, JSON.stringify({ [from.host]: { username: 'robot', password: 'pa55-word' } }));
    await guarded.start(
      {
        accessControl: {
          repositories: { '**': { anonymousPolicy: ['read'] } },
          permissions: { 'sync.read': { users: ['operator'] } },
        },
      },
      { plugins: [{ plugin: sync, section: { credentialsFile, registries: [{ urls: [from.url], onDemand: true }] } }] },
    );
  });
  afterEach(async () => {
    await guarded.close();
    await rm(folder, { recursive: true });
  });

  it('is for those who hold sync.read, and has no credential in it', async () => {
    from.access = { kind: 'basic', user: 'robot', password: 'pa55-word' };
    expect((await guarded.send('GET', '/v2/team/app/manifests/v1')).status).toBe(200);
    expect((await guarded.send('GET', STATE_PATH)).status).toBe(401);
    expect((await guarded.send('GET', STATE_PATH, basic('stranger'))).status).toBe(403);
    const told = await guarded.send('GET', STATE_PATH, basic('operator'));
    expect(stateIn(told).upstreams).toMatchObject([{ counts: { requests: { '2xx': 1, '4xx': 1 }, misses: 1 } }]);
    expect(told.body.toString()).not.toMatch(/pa55-word|robot|authorization|basic|bearer/i);
  });
});

describe('discovery', () => {
  it('names the endpoint', async () => {
    const registry = await mirror([from]);
    const { body } = await registry.request('GET', '/v2/_oci/ext/discover');
    const { extensions } = JSON.parse(body.toString()) as { readonly extensions: readonly unknown[] };
    expect(extensions).toContainEqual(expect.objectContaining({ name: 'sync', endpoints: [STATE_PATH] }));
  });
});

describe('a reload of the configuration', () => {
  it('keeps what was counted, and forgets how an upstream was', async () => {
    const registry = await mirror([from]);
    await pull(registry, 'team/app/manifests/v1');
    const folder = await mkdtemp(join(tmpdir(), 'berth-sync-reload-'));
    const path = join(folder, 'berth.json');
    const registries = [{ urls: [from.url], onDemand: true, manifestCheckInterval: '5m' }];
    writeFileSync(path, JSON.stringify({ extensions: { sync: { registries } } }));
    const { application, foundations } = registry;
    expect(await new ConfigReload(application, foundations.config, path).reload()).toBe('applied');
    await rm(folder, { recursive: true });
    expect((await stateOf(registry)).upstreams).toMatchObject([
      { reachable: null, lastCheck: null, counts: { requests: { '2xx': 1 }, misses: 1 } },
    ]);
  });
});

describe('the readiness of a mirror', () => {
  it('is not lost by a breaker that is open, which it tells of by the name of the host', async () => {
    const registry = await mirror([from]);
    from.behaviour = { status: 500 };
    for (let pulls = 0; pulls < 3; pulls++) await pull(registry, `team/app-${String(pulls)}/manifests/v1`);
    const response = await registry.request('GET', '/readyz');
    expect([response.status, JSON.parse(response.body.toString())]).toMatchObject([
      200,
      { failures: {}, degraded: { 'sync.upstreams': `they failed again and again: ${from.host}` } },
    ]);
  });

  it('is whole while every breaker is closed', async () => {
    const registry = await mirror([from]);
    from.behaviour = { status: 500 };
    await pull(registry, 'team/app/manifests/v1');
    const response = await registry.request('GET', '/readyz');
    expect(JSON.parse(response.body.toString())).toMatchObject({ failures: {}, degraded: {} });
  });
});
