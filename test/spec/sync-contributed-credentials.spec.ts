import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { definePlugin, type UpstreamCredentials, type UpstreamLoginAnswer } from '@berth/sdk';
import { anImage, createTestRegistry, type FakeUpstream, type TestRegistry } from '@berth/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import sync from '../../plugins/sync/src/index.js';
import { ConfigReload } from '../../src/config-reload.js';
import { pull, useSync, WINDOW } from './use-sync.js';

const { upstream } = useSync();
const image = anImage().build();
const PATH = 'team/app/manifests/v1';
const USER = { user: 'robot', password: 'of-the-vault' };

/** Gives the password that its settings name. */
class Vault implements UpstreamCredentials {
  static asked: unknown[] = [];

  loginFor(host: string, section: unknown): Promise<UpstreamLoginAnswer> {
    Vault.asked.push([host, section]);
    const { password } = section as { readonly password: string };
    return Promise.resolve({ login: { kind: 'basic', user: USER.user, password } });
  }
}

const vault = definePlugin({ name: 'vault', upstreamCredentials: { vault: Vault } });
let folder: string;
let from: FakeUpstream;
const registries: TestRegistry[] = [];

beforeEach(async () => {
  Vault.asked = [];
  folder = mkdtempSync(join(tmpdir(), 'berth-sync-'));
  vi.stubEnv('DOCKER_CONFIG', folder);
  from = await upstream();
  from.has('team/app', image, 'v1');
  from.access = { kind: 'basic', ...USER };
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(registries.splice(0).map((registry) => registry.close()));
  rmSync(folder, { recursive: true });
});

/** `vault` comes after sync, as in a file it may. */
async function mirror(more: object, plugins = [{ plugin: vault }]): Promise<TestRegistry> {
  const section = { registries: [{ urls: [from.url], onDemand: true, ...more }] };
  const registry = await createTestRegistry({ plugins: [{ plugin: sync, section }, ...plugins] });
  registries.push(registry);
  return registry;
}

function withPassword(password: string): object {
  return { credentialHelper: 'vault', credentialHelperSettings: { password } };
}

describe('a credential helper that a plugin contributes', () => {
  it('is used by its name, with its settings, in place of the files, and asked once', async () => {
    const files = { auths: { [from.host]: { username: USER.user, password: 'wrong' } } };
    writeFileSync(join(folder, 'config.json'), JSON.stringify(files));
    const registry = await mirror(withPassword(USER.password));
    expect((await pull(registry, PATH)).status).toBe(200);
    expect((await pull(registry, `team/app/blobs/${image.blobs[0]?.digest ?? ''}`)).status).toBe(200);
    expect(Vault.asked).toEqual([[from.host, { password: USER.password }]]);
    expect(JSON.stringify(registry.logLines.all)).not.toContain(USER.password);
  });

  it('is asked anew by a reload, with what then is configured', async () => {
    const registry = await mirror(withPassword('wrong'));
    expect((await pull(registry, PATH)).status).toBe(502);
    const path = join(folder, 'berth.json');
    const section = { registries: [{ urls: [from.url], onDemand: true, ...withPassword(USER.password) }] };
    writeFileSync(path, JSON.stringify({ extensions: { sync: section, vault: { plugin: './vault' } } }));
    const { application, foundations } = registry;
    expect(await new ConfigReload(application, foundations.config, path).reload()).toBe('applied');
    expect((await pull(registry, PATH)).status).toBe(200);
  });

  it('says a token as it is', async () => {
    const tokens = definePlugin({
      name: 'tokens',
      upstreamCredentials: {
        tokens: class implements UpstreamCredentials {
          loginFor(): Promise<UpstreamLoginAnswer> {
            return Promise.resolve({ login: { kind: 'bearer', token: 'as-it-is' } });
          }
        },
      },
    });
    const registry = await mirror({ credentialHelper: 'tokens' }, [{ plugin: tokens }]);
    await pull(registry, PATH);
    expect(from.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, 'Bearer as-it-is']);
  });

  it('that fails is trouble of the upstream: 502 for what is not held, and what is held is served', async () => {
    const registry = await mirror(withPassword(USER.password));
    await pull(registry, PATH);
    vi.spyOn(Vault.prototype, 'loginFor').mockRejectedValue(new Error('the vault is sealed'));
    registry.clock.advance(WINDOW);
    expect((await pull(registry, PATH)).status).toBe(200);
    const other = await mirror(withPassword(USER.password));
    const { status, body } = await pull(other, PATH);
    expect([status, body.toString()]).toEqual([502, expect.stringContaining(from.host)]);
  });

  it.each([[[]], [[{ plugin: vault }]]])(
    'ends the start where there is none of that name, and names those there are',
    async (plugins) => {
      const others = plugins.length === 0 ? '' : ', "vault"';
      await expect(mirror({ credentialHelper: 'valut' }, plugins)).rejects.toThrow(
        `registries[0].credentialHelper: there is no "valut"; there may stand: "ecr", "gcp", "oauth2"${others}`,
      );
    },
  );
});
