import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anImage, createTestRegistry } from '@berth/testkit';
import { describe, expect, it, vi } from 'vitest';
import metrics from '../../plugins/metrics/src/index.js';
import sync from '../../plugins/sync/src/index.js';
import { expectError } from './exchange.js';
import { pull, STALE, useSync, WINDOW } from './use-sync.js';

const { upstream } = useSync();

describe('a Docker Hub that allows three more pulls, and then none for a minute', () => {
  it('is told of by /metrics, left alone for that minute, and lets what is cached be served', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'berth-hub-'));
    const credentialsFile = join(folder, 'credentials.json');
    const hub = await upstream();
    const image = anImage().build();
    hub.has('library/app', image, '1');
    const write = async (password: string): Promise<void> => {
      const text = JSON.stringify({ [hub.host]: { username: 'mirror', password } });
      await writeFile(`${credentialsFile}.new`, text);
      await rename(`${credentialsFile}.new`, credentialsFile);
    };
    hub.access = { kind: 'basic', user: 'mirror', password: 'first' };
    await write('first');
    const registries = [{ urls: [hub.url], onDemand: true, namespaces: ['docker.io'] }];
    const plugins = [
      { plugin: sync, section: { registries, credentialsFile } },
      { plugin: metrics, section: {} },
    ];
    const registry = await createTestRegistry({ plugins });

    hub.behaviour = { headers: { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '3;w=21600' } };
    expect((await pull(registry, 'app/manifests/1?ns=docker.io')).status).toBe(200);
    const exposed = (await registry.request('GET', '/metrics')).body.toString();
    expect(exposed).toContain(`berth_sync_rate_limit_remaining{upstream="${hub.host}"} 3`);

    registry.clock.advance(WINDOW);
    hub.behaviour = { status: 429, headers: { 'retry-after': '60' } };
    expect(await pull(registry, 'app/manifests/1?ns=docker.io')).toMatchObject({ status: 200, warning: STALE });
    hub.requests.length = 0;
    for (let tenth = 0; tenth < 6; tenth++) {
      registry.clock.advance(9800);
      expect(await pull(registry, 'app/manifests/1?ns=docker.io')).toMatchObject({ status: 200, warning: STALE });
      const refused = await pull(registry, `other-${String(tenth)}/manifests/1?ns=docker.io`);
      expectError(refused.response, 429, 'TOOMANYREQUESTS');
    }
    expect(hub.requests).toEqual([]);

    // The minute is over, and meanwhile we are somebody else.
    hub.behaviour = {};
    hub.access = { kind: 'basic', user: 'mirror', password: 'second' };
    await write('second');
    registry.clock.advance(1200);
    await vi.waitFor(async () => {
      registry.clock.advance(WINDOW);
      expect(await pull(registry, 'app/manifests/1?ns=docker.io')).toMatchObject({ status: 200, warning: undefined });
    }, 10_000);
    await registry.close();
    await rm(folder, { recursive: true });
  }, 20_000);
});
