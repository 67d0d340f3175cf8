import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anImage, type FakeUpstream, type TestRegistry } from '@berth/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pull, useSync, WINDOW } from './use-sync.js';

const { upstream, mirrorWith } = useSync();
const image = anImage().build();
const PATH = 'team/app/manifests/v1';
const BLOB = `team/app/blobs/${image.blobs[1]?.digest ?? ''}`;
const USER = { user: 'mirror', password: 'pass:word' };

let folder: string;
let from: FakeUpstream;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'berth-sync-'));
  vi.stubEnv('DOCKER_CONFIG', folder);
  from = await upstream();
  from.has('team/app', image, 'v1');
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const credentialsFile = (): string => join(folder, 'credentials.json');

function writeCredentials(password: string): void {
  const text = JSON.stringify({ [from.host]: { username: USER.user, password } });
  writeFileSync(`${credentialsFile()}.new`, text);
  renameSync(`${credentialsFile()}.new`, credentialsFile());
}

function mirror(section: object = {}): Promise<TestRegistry> {
  return mirrorWith({ registries: [{ urls: [from.url], onDemand: true }], ...section });
}

describe('an upstream that wants user and password', () => {
  it("gets those of zot's file, and from the second request on at once", async () => {
    from.access = { kind: 'basic', ...USER };
    writeCredentials(USER.password);
    const registry = await mirror({ credentialsFile: credentialsFile() });
    expect((await pull(registry, PATH)).status).toBe(200);
    expect((await pull(registry, BLOB)).status).toBe(200);
    expect(from.requests.map(({ headers }) => headers.authorization !== undefined)).toEqual([false, true, true]);
  });

  it.each([
    ['auth', { auth: Buffer.from(`${USER.user}:${USER.password}`).toString('base64') }],
    ['username and password', { username: USER.user, password: USER.password }],
  ])("gets those of docker's configuration, written as %s", async (_, entry) => {
    from.access = { kind: 'basic', ...USER };
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths: { [`http://${from.host}`]: entry } }));
    expect((await pull(await mirror(), PATH)).status).toBe(200);
  });

  it('gets those of the credential helper that docker is configured with', async () => {
    from.access = { kind: 'basic', ...USER };
    const helper = `#!/bin/sh\nread host\necho '${JSON.stringify({ Username: USER.user, Secret: USER.password })}'\n`;
    writeFileSync(join(folder, 'docker-credential-fake'), helper, { mode: 0o755 });
    vi.stubEnv('PATH', `${folder}:${process.env['PATH'] ?? ''}`);
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ credHelpers: { [from.host]: 'fake' } }));
    expect((await pull(await mirror(), PATH)).status).toBe(200);
  });

  it('is 502 where there are none, and names the upstream', async () => {
    from.access = { kind: 'basic', ...USER };
    const { status, body } = await pull(await mirror(), PATH);
    expect([status, body.toString()]).toEqual([502, expect.stringContaining(from.host)]);
  });

  it('gets new ones without a restart, and those before stay in force while the file is broken', async () => {
    from.access = { kind: 'basic', ...USER };
    writeCredentials('wrong');
    const registry = await mirror({ credentialsFile: credentialsFile() });
    expect((await pull(registry, PATH)).status).toBe(502);
    writeCredentials(USER.password);
    await vi.waitFor(async () => {
      expect((await pull(registry, PATH)).status).toBe(200);
    }, 5000);

    writeFileSync(credentialsFile(), '{ "broken');
    const failures = (): number =>
      registry.numbers.find(({ name }) => name === 'berth_sync_credential_read_failures_total')?.series[0]?.value ?? 0;
    await vi.waitFor(() => {
      expect(failures()).toBe(1);
    }, 5000);
    expect((await pull(registry, BLOB)).status).toBe(200);
    expect(JSON.stringify(registry.logLines.all)).not.toContain(USER.password);
  });

  it('ends the start where the file that is named is not there', async () => {
    await expect(mirror({ credentialsFile: join(folder, 'none.json') })).rejects.toThrow(
      /credentialsFile .*none\.json/,
    );
  });
});

describe('an upstream that wants tokens', () => {
  it('is asked for one by whoever is anonymous, for the repository that is pulled, and once', async () => {
    from.access = { kind: 'bearer' };
    const registry = await mirror();
    expect((await pull(registry, PATH)).status).toBe(200);
    for (const { digest } of image.blobs) expect((await pull(registry, `team/app/blobs/${digest}`)).status).toBe(200);
    const tokens = from.requests.filter(({ path }) => path === '/token');
    expect(tokens.map(({ query }) => query.get('scope'))).toEqual(['repository:team/app:pull']);
    expect(from.requests).toHaveLength(3 + image.blobs.length);
  });

  it('says user and password to its token service alone', async () => {
    from.access = { kind: 'bearer', user: USER };
    writeCredentials(USER.password);
    const registry = await mirror({ credentialsFile: credentialsFile() });
    expect((await pull(registry, PATH)).status).toBe(200);
    const basic = from.requests.filter(({ headers }) => headers.authorization?.startsWith('Basic'));
    expect(basic.map(({ path }) => path)).toEqual(['/token']);
  });

  it('is 502 where its token service does not know us', async () => {
    from.access = { kind: 'bearer', user: USER };
    expect((await pull(await mirror(), PATH)).status).toBe(502);
  });

  it('gets a new one where it does not take the last, and the client notices nothing', async () => {
    from.access = { kind: 'bearer' };
    const registry = await mirror();
    await pull(registry, PATH);
    from.rotateTokens();
    expect((await pull(registry, BLOB)).status).toBe(200);
    expect(from.count('GET', /token/)).toBe(2);
  });

  it('gets a new one before the last has run out', async () => {
    from.access = { kind: 'bearer', expiresIn: 300 };
    const registry = await mirror();
    await pull(registry, PATH);
    registry.clock.advance(280_000);
    from.requests.length = 0;
    await pull(registry, PATH);
    expect(from.requests.map(({ path }) => path)).toEqual(['/token', `/v2/${PATH}`]);
  });

  it('gives one to many who want it at once', async () => {
    from.access = { kind: 'bearer' };
    const registry = await mirror();
    await pull(registry, PATH);
    registry.clock.advance(WINDOW);
    from.requests.length = 0;
    await Promise.all(image.blobs.map(({ digest }) => pull(registry, `team/app/blobs/${digest}`)));
    expect(from.count('GET', /token/)).toBe(1);
  });
});

describe('a blob that its upstream has elsewhere', () => {
  it.each([
    ['user and password', { kind: 'basic', ...USER }],
    ['a token', { kind: 'bearer', user: USER }],
  ] as const)('is fetched there without %s', async (_, access) => {
    const elsewhere = await upstream();
    for (const blob of image.blobs) elsewhere.hasBlob('team/app', blob);
    from.access = access;
    from.behaviour = { blobsAt: elsewhere.url };
    writeCredentials(USER.password);
    const registry = await mirror({ credentialsFile: credentialsFile() });
    expect((await pull(registry, BLOB)).body).toEqual(image.blobs[1]?.bytes);
    expect(elsewhere.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  it('is 502 where that does not let us have it, and says nothing of the upstream', async () => {
    const elsewhere = await upstream();
    elsewhere.behaviour = { status: 403 };
    from.behaviour = { blobsAt: elsewhere.url };
    const registry = await mirror();
    expect((await pull(registry, BLOB)).status).toBe(502);
    expect((await pull(registry, PATH)).status).toBe(200);
  });
});
