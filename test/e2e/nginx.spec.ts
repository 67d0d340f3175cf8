import { hashSync } from 'bcrypt';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Certificates } from '../certificates/certificates.js';
import { describeWith } from '../requirements/requires.js';
import { buildDebianLayout, type DebianLayout } from './debian-image.js';
import { Nginx } from './nginx.js';
import { pollUntil } from './poll-until.js';
import { pullAndVerify } from './pull-and-verify.js';
import { runCommand } from './run-command.js';
import type { ServerProcess } from './server-process.js';
import { useServers } from './use-servers.js';

const LAYER_BYTES = 2 * 1000 * 1000;
const FORWARDING = [
  'proxy_set_header Host $http_host;',
  'proxy_set_header X-Forwarded-Proto $scheme;',
  'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;',
];

describeWith({ programs: ['nginx', 'skopeo', 'openssl', 'dpkg-query', 'tar'] }, 'behind an nginx that ends TLS', () => {
  const servers = useServers();
  let certificates: Certificates;
  let layout: DebianLayout;
  let folder: string;
  let nginx: Nginx;

  beforeAll(async () => {
    folder = await servers.folder();
    layout = await buildDebianLayout(join(folder, 'layout'), LAYER_BYTES);
    certificates = await Certificates.inNewFolder();
    await certificates.make('authority');
    await certificates.makeServer('nginx', 'authority');
    await mkdir(join(folder, 'trusted'));
    await copyFile(certificates.pem('authority'), join(folder, 'trusted/ca.crt'));
  });
  afterEach(() => nginx.stop());
  afterAll(() => certificates.remove());

  async function start(http: object, directives: readonly string[]): Promise<ServerProcess> {
    const audit = join(await servers.folder(), 'audit.log');
    const server = await servers.start({ http: { ...http }, log: { audit } });
    const [certificate, key] = [certificates.pem('nginx'), certificates.key('nginx')];
    nginx = await Nginx.start({ upstream: server.url, certificate, key, directives });
    return server;
  }

  const skopeo = (...rest: readonly string[]): Promise<string> =>
    runCommand('skopeo', ['--insecure-policy', '--tmpdir', folder, 'copy', '--all', ...rest], {
      env: { ...process.env, HOME: folder, XDG_RUNTIME_DIR: folder },
    });

  /** Pushes and pulls through nginx, over TLS that is checked. */
  async function pushAndPull(server: ServerProcess): Promise<void> {
    const there = `docker://${nginx.host}/behind/proxy:1`;
    await skopeo('--dest-cert-dir', join(folder, 'trusted'), `oci:${layout.folder}:debian`, there);
    expect(await pullAndVerify(server.request, 'behind/proxy', '1')).toBeDefined();
    await skopeo(
      '--src-cert-dir',
      join(folder, 'trusted'),
      there,
      `dir:${join(folder, `pulled-${String(nginx.port)}`)}`,
    );
  }

  async function post(path: string, headers: Readonly<Record<string, string>> = {}): Promise<IncomingMessage> {
    const agent = new Agent({ ca: await readFile(certificates.pem('authority')) });
    return new Promise((resolve, reject) => {
      const sent = request(`https://${nginx.host}${path}`, { method: 'POST', agent, headers }, (response) => {
        response.resume().once('end', () => {
          agent.destroy();
          resolve(response);
        });
      });
      sent.once('error', reject).end();
    });
  }

  const linesOf = (server: ServerProcess, path: string) => server.log.filter((line) => line['path'] === path);

  /** The address in the log of the POST that starts an upload. */
  async function loggedAddress(
    server: ServerProcess,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<unknown> {
    const path = '/v2/who/blobs/uploads/';
    await post(path, headers);
    await pollUntil('it is in the log', 5000, () => linesOf(server, path).length > 0);
    return linesOf(server, path).at(-1)?.['address'];
  }

  it('is pushed to and pulled from, where nginx tells of the client', async () => {
    const server = await start({ trustedProxies: [Nginx.address] }, FORWARDING);
    await pushAndPull(server);
  });

  it('is pushed to and pulled from, where nginx tells nothing and nothing is configured', async () => {
    const server = await start({}, []);
    await pushAndPull(server);
  });

  it('gives relative locations, which fit whatever stands before it', async () => {
    await start({ trustedProxies: [Nginx.address] }, FORWARDING);
    expect((await post('/v2/a/blobs/uploads/')).headers.location).toMatch(/^\/v2\/a\/blobs\/uploads\//);
  });

  it('is logged in to through nginx, since tokens are to be had where nginx is', async () => {
    const users = join(folder, 'htpasswd');
    await writeFile(users, `dev:${hashSync('secret', 4)}\n`);
    const server = await start(
      { trustedProxies: [Nginx.address], auth: { htpasswd: { path: users }, bearer: {} } },
      FORWARDING,
    );
    const refused = await post('/v2/behind/login/blobs/uploads/');
    expect(refused.headers['www-authenticate']).toContain(`Bearer realm="https://${nginx.host}/auth/token"`);
    const there = `docker://${nginx.host}/behind/login:1`;
    await skopeo(
      '--dest-creds=dev:secret',
      '--dest-cert-dir',
      join(folder, 'trusted'),
      `oci:${layout.folder}:debian`,
      there,
    );
    expect(server.log.some(({ path, status }) => path === '/auth/token' && status === 200)).toBe(true);
  });

  it('has the address of the client in the log', async () => {
    const server = await start({ trustedProxies: [Nginx.address] }, FORWARDING);
    expect(await loggedAddress(server)).toBe('127.0.0.1');
  });

  it('has the address of the client in the log, whatever the client says before nginx does', async () => {
    const server = await start({ trustedProxies: [Nginx.address] }, FORWARDING);
    expect(await loggedAddress(server, { 'x-forwarded-for': '203.0.113.9' })).toBe('127.0.0.1');
  });

  it('has the address of nginx in the log where nginx is not trusted', async () => {
    const server = await start({ trustedProxies: ['10.0.0.0/8'] }, FORWARDING);
    expect(await loggedAddress(server)).toBe(Nginx.address);
  });
});
