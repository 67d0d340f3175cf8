import { anImage, pushManifest } from '@berth/testkit';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashSync } from 'bcrypt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../requirements/requires.js';
import { Containerd } from './containerd-process.js';
import { pollUntil } from './poll-until.js';
import { type CommandResult, runCommand, tryCommand } from './run-command.js';
import type { ServerProcess } from './server-process.js';
import { useServers } from './use-servers.js';

const DEADLINE = 10_000;
const ADMIN = 'admin:admin';
const basic = (credentials: string): { readonly authorization: string } => ({
  authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
});

describeWith({ programs: ['htpasswd', 'skopeo', 'curl'] }, 'a registry with a public and a private half', () => {
  const servers = useServers();
  const image = anImage().build();
  let server: ServerProcess;
  let folder: string;
  let users: string;

  beforeAll(async () => {
    folder = await servers.folder();
    users = join(folder, 'htpasswd');
    // As the article types it: Debian's program makes apr1 of this.
    await runCommand('htpasswd', ['-bc', users, 'admin', 'admin']);
    await runCommand('htpasswd', ['-bB', users, 'dev', 'pass:with:colons']);
    server = await servers.start(
      {
        http: {
          auth: { htpasswd: { path: users }, apikey: true, apikeyMaxLifetime: '24h' },
          accessControl: {
            repositories: {
              'base/**': { anonymousPolicy: ['read'] },
              'svc/**': { policies: [{ users: ['dev'], actions: ['read', 'create', 'update'] }] },
            },
            adminPolicy: { users: ['admin'], actions: ['read', 'create', 'update', 'delete'] },
          },
        },
        log: { audit: join(folder, 'audit.log') },
      },
      folder,
    );
    for (const repository of ['base/alpine', 'svc/api'])
      await pushManifest(server.request, repository, image, { tag: '1', headers: basic(ADMIN) });
  });

  const skopeo = (...words: readonly string[]): Promise<CommandResult> =>
    tryCommand('skopeo', words, { env: { ...process.env, REGISTRY_AUTH_FILE: join(folder, 'auth.json') } });
  const inspect = (repository: string, ...flags: readonly string[]): Promise<CommandResult> =>
    skopeo('inspect', '--raw', '--tls-verify=false', ...flags, `docker://${server.host}/${repository}:1`);
  const curl = async (...words: readonly string[]): Promise<number> =>
    Number(await runCommand('curl', ['-s', '-o', join(folder, 'answer'), '-w', '%{http_code}', ...words]));

  it('is pulled from by skopeo without credentials where it is public, and not where it is private', async () => {
    expect((await inspect('base/alpine', '--no-creds')).stdout).toBe(image.manifest.toString());
    const refused = await inspect('svc/api', '--no-creds');
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(/unauthorized|authentication required/i);
  });

  it('is pulled from by skopeo with credentials in both halves, colons in the password and all', async () => {
    for (const repository of ['base/alpine', 'svc/api'])
      expect((await inspect(repository, '--creds=dev:pass:with:colons')).stdout).toBe(image.manifest.toString());
  });

  it('logs skopeo in and out, and refuses a wrong password', async () => {
    const login = (password: string): Promise<CommandResult> =>
      skopeo('login', '--tls-verify=false', '-u', 'dev', '-p', password, server.host);
    expect((await login('wrong')).code).not.toBe(0);
    expect(await login('pass:with:colons')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Succeeded') as unknown,
    });
    expect((await inspect('svc/api')).code).toBe(0);
    expect((await inspect('base/alpine')).code).toBe(0);
    await skopeo('logout', server.host);
    expect((await inspect('svc/api')).code).not.toBe(0);
  });

  it('is pushed to by skopeo where the rules say so, and nowhere else', async () => {
    const push = (target: string): Promise<CommandResult> =>
      skopeo(
        'copy',
        '--src-tls-verify=false',
        '--dest-tls-verify=false',
        '--src-creds=dev:pass:with:colons',
        '--dest-creds=dev:pass:with:colons',
        `docker://${server.host}/svc/api:1`,
        `docker://${server.host}/${target}`,
      );
    expect(await push('svc/web:1')).toMatchObject({ code: 0 });
    const refused = await push('base/alpine:2');
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(/denied|403/i);
  });

  it('answers curl as the article shows it: anonymous pulls, no anonymous deletion, and the administrator deletes', async () => {
    const gone = `${server.url}/v2/base/alpine/manifests/gone`;
    const manifest = join(folder, 'manifest.json');
    await writeFile(manifest, image.manifest);
    const type = `Content-Type: ${image.mediaType}`;
    expect(await curl('-u', ADMIN, '-X', 'PUT', '-H', type, '--data-binary', `@${manifest}`, gone)).toBe(201);
    expect(await curl(gone)).toBe(200);
    expect(await curl('-X', 'DELETE', gone)).toBe(401);
    expect(await curl(gone)).toBe(200);
    // With the colon behind the scheme, as the author of the article writes it.
    expect(
      await curl('-X', 'DELETE', '-H', `Authorization: Basic: ${Buffer.from(ADMIN).toString('base64')}`, gone),
    ).toBe(202);
    expect(await curl(gone)).toBe(404);
    await pollUntil('the log has it', DEADLINE, () =>
      server.log.some(({ method, actor, status }) => method === 'DELETE' && actor === 'admin' && status === 202),
    );
  });

  it('gives a docker daemon what it asks for, in the order in which it asks', async () => {
    const ping = await server.request('GET', '/v2/');
    expect(ping.status).toBe(401);
    const [bearer = ''] = String(ping.headers['www-authenticate']).split(', Basic');
    const realm = /realm="([^"]+)"/.exec(bearer)?.[1] ?? '';
    const service = /service="([^"]+)"/.exec(bearer)?.[1] ?? '';
    const token = async (scope: string, headers = {}): Promise<string> => {
      const { pathname } = new URL(realm);
      const query = new URLSearchParams({ account: 'dev', client_id: 'docker', offline_token: 'true', service, scope });
      const answer = await server.request('GET', `${pathname}?${query.toString()}`, { headers });
      expect(answer.status).toBe(200);
      return (JSON.parse(answer.body.toString()) as { token: string }).token;
    };
    const head = async (repository: string, value: string): Promise<number> =>
      (await server.request('HEAD', `/v2/${repository}/manifests/1`, { headers: { authorization: `Bearer ${value}` } }))
        .status;

    expect(await head('base/alpine', await token('repository:base/alpine:pull'))).toBe(200);
    expect(await head('svc/api', await token('repository:svc/api:pull'))).toBe(401);
    expect(await head('svc/api', await token('repository:svc/api:pull,push', basic('dev:pass:with:colons')))).toBe(200);
  });

  it('takes new users and new passwords from the file within two seconds, and the old one no more', async () => {
    const status = async (credentials: string): Promise<number> =>
      (await server.request('GET', '/v2/', { headers: basic(credentials) })).status;
    await runCommand('htpasswd', ['-bB', users, 'late', 'first']);
    await pollUntil('the new user is known', 2000, async () => (await status('late:first')) === 200);
    await runCommand('htpasswd', ['-bB', users, 'late', 'second']);
    await pollUntil('the new password is', 2000, async () => (await status('late:second')) === 200);
    expect(await status('late:first')).toBe(401);
  });

  it('lets a user make a key that is good for less, and an administrator take it away', async () => {
    const create = async (body: object): Promise<{ readonly status: number; readonly key: string }> => {
      const { status, body: answer } = await server.request('POST', '/zot/auth/apikey', {
        headers: { ...basic('dev:pass:with:colons'), 'content-type': 'application/json' },
        body: Buffer.from(JSON.stringify(body)),
      });
      return { status, key: (JSON.parse(answer.toString()) as { apiKey?: string }).apiKey ?? '' };
    };
    const late = new Date(Date.now() + 30 * 86_400_000).toISOString();
    expect((await create({ label: 'long', expirationDate: late })).status).toBe(400);
    const { status, key } = await create({ label: 'ci', scopes: ['svc/**:read'] });
    expect(status).toBe(201);
    expect(key).toMatch(/^zak_[0-9a-f]{48}$/);

    expect((await inspect('svc/api', `--creds=dev:${key}`)).code).toBe(0);
    const push = await server.request('POST', '/v2/svc/api/blobs/uploads/', { headers: basic(`dev:${key}`) });
    expect(push.status).toBe(403);
    expect((await server.request('DELETE', '/zot/auth/apikey?user=dev', { headers: basic(ADMIN) })).status).toBe(200);
    await pollUntil('the key is dead', 5000, async () => {
      const answer = await server.request('GET', '/v2/', { headers: basic(`dev:${key}`) });
      return answer.status === 401;
    });
  });
});

describeWith({ programs: ['containerd', 'ctr'], root: true }, 'containerd', () => {
  const servers = useServers();
  const image = anImage().build();
  let containerd: Containerd;
  let server: ServerProcess;

  beforeAll(async () => {
    const folder = await servers.folder();
    const users = join(folder, 'htpasswd');
    await writeFile(users, `dev:${hashSync('secret', 4)}\n`);
    const rules = { 'base/**': { anonymousPolicy: ['read'] }, 'svc/**': { defaultPolicy: ['read', 'create'] } };
    const http = {
      auth: { htpasswd: { path: users } },
      accessControl: { repositories: rules, adminPolicy: { users: ['dev'] } },
    };
    server = await servers.start({ http }, folder);
    for (const repository of ['base/alpine', 'svc/api'])
      await pushManifest(server.request, repository, image, { tag: '1', headers: basic('dev:secret') });
    containerd = await Containerd.start();
  }, 60_000);
  afterAll(() => containerd.stop());

  const fetched = async (repository: string, user?: string): Promise<CommandResult> =>
    containerd.fetch(`${server.host}/${repository}:1`, user);

  it('pulls from the public half without credentials, and from both with', async () => {
    expect(await fetched('base/alpine')).toMatchObject({ code: 0 });
    expect(await fetched('svc/api', 'dev:secret')).toMatchObject({ code: 0 });
    expect(await fetched('base/alpine', 'dev:secret')).toMatchObject({ code: 0 });
    const { stdout } = await containerd.ctr('content', 'ls', '-q');
    expect(stdout).toContain(image.digest);
  });

  it('is told that it is not authorized where it has no credentials, or wrong ones', async () => {
    for (const user of [undefined, 'dev:wrong']) {
      const { code, stderr } = await fetched('svc/api', user);
      expect(code).not.toBe(0);
      expect(stderr).toMatch(/401 Unauthorized|authorization failed/i);
    }
  });
});

describeWith({ programs: ['htpasswd'] }, 'access rules that change while the server runs', () => {
  const servers = useServers();

  it('hold within five seconds, also on a server that had none, and break no upload in progress', async () => {
    const folder = await servers.folder();
    const users = join(folder, 'htpasswd');
    await runCommand('htpasswd', ['-bcB', users, 'admin', 'admin']);
    const server = await servers.start({}, folder);
    const upload = await server.request('POST', '/v2/a/blobs/uploads/');
    const location = String(upload.headers['location']);
    const running = server.request('PATCH', location, { body: Buffer.from('begun before'), headers: {} });

    await servers.configure(folder, {
      http: {
        auth: { htpasswd: { path: users } },
        accessControl: { repositories: { '**': { anonymousPolicy: ['read'] } }, adminPolicy: { users: ['admin'] } },
      },
    });
    await pollUntil('the rules hold', 5000, async () => {
      const { status } = await server.request('POST', '/v2/a/blobs/uploads/');
      return status === 401;
    });
    expect((await running).status).toBe(202);
    expect((await server.request('POST', '/v2/a/blobs/uploads/', { headers: basic(ADMIN) })).status).toBe(202);

    await servers.configure(folder, { http: {} });
    await pollUntil('it is open again', 5000, async () => {
      const { status } = await server.request('POST', '/v2/a/blobs/uploads/');
      return status === 202;
    });
    await servers.configure(folder, {
      http: {
        auth: { htpasswd: { path: users } },
        accessControl: { repositories: { '**': { anonymousPolicy: ['read'] } }, adminPolicy: { users: ['admin'] } },
      },
    });
    await pollUntil('the rules hold again', 5000, async () => {
      const { status } = await server.request('POST', '/v2/a/blobs/uploads/');
      return status === 401;
    });
    expect(server.output()).toContain('anonymousPolicy gives read without a login');
    await servers.configure(folder, { http: { accessControl: { repositories: { '[': {} } } } });
    await pollUntil('the fault is logged', 5000, () => server.output().includes('the old one stays'));
    expect((await server.request('POST', '/v2/a/blobs/uploads/')).status).toBe(401);
  });
});
