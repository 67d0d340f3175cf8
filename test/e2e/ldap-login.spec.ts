import { anImage, pushManifest } from '@berth/testkit';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith, itWith } from '../requirements/requires.js';
import { ldapSection, writeSearcher } from './ldap-section.js';
import { basic, LoginClient, type Login, MANY_ADDRESSES } from './login-client.js';
import { pollUntil } from './poll-until.js';
import { PrivateAuthority } from './private-authority.js';
import { type CommandResult, runCommand, tryCommand } from './run-command.js';
import type { ServerProcess } from './server-process.js';
import { passwordOf } from './slapd-directory.js';
import { Slapd } from './slapd.js';
import { type ServerSettings, useServers } from './use-servers.js';

const LDAP_TIMEOUT = 2000;
/** A server whose breaker is open is tried every 10 s. */
const BREAKER_DEADLINE = 13_000;
const RELOAD_DEADLINE = 5000;
/** What the probes said is told again for a second. */
const HEALTH_DEADLINE = 3000;
const withoutRoot = process.getuid?.() === 0 ? {} : ({ userNamespaces: true } as const);

const inDirectory = (user: string): Login => ({ user, password: passwordOf(user) });
const ALICE = inDirectory('alice');
const BOB = inDirectory('bob');
const MANY = inDirectory('many');
const CAROL = inDirectory('Carol');
/** Known to the file only. */
const ROBOT = { user: 'robot', password: 'of the file' };
/** What the file has for her; the directory says otherwise. */
const ALICE_OF_FILE = { user: 'alice', password: 'of the file' };

describeWith(
  { programs: ['slapd', 'openssl', 'htpasswd', 'skopeo', 'curl'] },
  'users of a directory and of a file',
  () => {
    const servers = useServers();
    // Two blocks of zeros are an archive without files, which podman can unpack.
    const image = anImage().withLayers(0).withLayer(Buffer.alloc(1024)).build();
    let slapd: Slapd;
    let folder: string;
    let settings: (by: 'StartTLS' | 'LDAPS', auth?: Readonly<Record<string, unknown>>, ldap?: object) => ServerSettings;
    /** By StartTLS, and asks the file for whom the directory does not know. */
    let server: ServerProcess;
    let client: LoginClient;
    /** By LDAPS, and asks the file only where the directory cannot tell. */
    let strict: LoginClient;

    beforeAll(async () => {
      slapd = await Slapd.start();
      folder = await servers.folder();
      const users = join(folder, 'htpasswd');
      await runCommand('htpasswd', ['-bcB', users, ROBOT.user, ROBOT.password]);
      await runCommand('htpasswd', ['-bB', users, ALICE_OF_FILE.user, ALICE_OF_FILE.password]);
      const credentialsFile = await writeSearcher(folder);
      const accessControl = {
        repositories: {
          'svc/**': {
            policies: [
              { groups: ['developers'], actions: ['read', 'create', 'update'] },
              { users: [ROBOT.user], actions: ['read'] },
            ],
          },
        },
        adminPolicy: { groups: ['admins'], actions: ['read', 'create', 'update', 'delete'] },
      };
      settings = (by, auth = {}, ldap = {}) => ({
        http: {
          ...MANY_ADDRESSES,
          auth: { htpasswd: { path: users }, ldap: ldapSection(slapd, by, { credentialsFile, ...ldap }), ...auth },
          accessControl,
        },
      });
      server = await servers.start(settings('StartTLS'));
      client = new LoginClient(server.request);
      const other = await servers.start(settings('LDAPS', { fallback: ['unavailable'] }));
      strict = new LoginClient(other.request);
      await pushManifest(server.request, 'svc/api', image, { tag: '1', headers: basic(ALICE) });
    });
    afterAll(() => slapd.remove());

    const skopeo = (...words: readonly string[]): Promise<CommandResult> =>
      tryCommand('skopeo', words, { env: { ...process.env, REGISTRY_AUTH_FILE: join(folder, 'skopeo.json') } });
    const degraded = async (): Promise<Readonly<Record<string, string>>> => {
      const { status, body } = await server.request('GET', '/readyz');
      expect(status).toBe(200);
      return (JSON.parse(body.toString()) as { degraded: Record<string, string> }).degraded;
    };

    it.each([
      ['directory', ALICE],
      ['file', ROBOT],
    ])('log in by skopeo and by curl: one of the %s', async (_place, { user, password }) => {
      const login = await skopeo('login', '--tls-verify=false', '-u', user, '-p', password, server.host);
      expect(login).toMatchObject({ code: 0, stdout: expect.stringContaining('Succeeded') as unknown });
      const inspected = await skopeo('inspect', '--raw', '--tls-verify=false', `docker://${server.host}/svc/api:1`);
      expect(inspected.stdout).toBe(image.manifest.toString());
      const path = `${server.url}/v2/svc/api/manifests/1`;
      expect(await runCommand('curl', ['-sf', '-u', `${user}:${password}`, path])).toBe(image.manifest.toString());
    });

    itWith({ programs: ['podman'], ...withoutRoot }, 'log in by podman and pull: one of either', async () => {
      await mkdir(join(folder, 'run'));
      await writeFile(join(folder, 'policy.json'), JSON.stringify({ default: [{ type: 'insecureAcceptAnything' }] }));
      const stores = [
        '--storage-driver=vfs',
        `--root=${join(folder, 'store')}`,
        `--runroot=${join(folder, 'run', 's')}`,
      ];
      const env = { ...process.env, HOME: folder, XDG_RUNTIME_DIR: join(folder, 'run') };
      const podman = (...words: readonly string[]): Promise<CommandResult> =>
        tryCommand('podman', [...stores, ...words], { env });
      const pull = (): Promise<CommandResult> =>
        podman(
          'pull',
          '--quiet',
          `--signature-policy=${join(folder, 'policy.json')}`,
          '--tls-verify=false',
          `${server.host}/svc/api:1`,
        );
      expect((await pull()).stderr).toMatch(/unauthorized|authentication required/i);
      for (const { user, password } of [ALICE, ROBOT]) {
        expect(await podman('login', '--tls-verify=false', '-u', user, '-p', password, server.host)).toMatchObject({
          code: 0,
        });
        expect(await pull()).toMatchObject({ code: 0, stderr: '' });
        await podman('logout', server.host);
      }
    });

    it('may do what the groups of the directory may, and no more', async () => {
      const upload = async (login: Login): Promise<number> =>
        (await client.send('POST', '/v2/svc/api/blobs/uploads/', { headers: basic(login) })).status;
      expect(await upload(ALICE)).toBe(202);
      expect(await upload(ROBOT)).toBe(403);
      expect(await upload(MANY)).toBe(403);
      const erase = async (login: Login): Promise<number> =>
        (await client.send('DELETE', '/v2/svc/api/manifests/gone', { headers: basic(login) })).status;
      await pushManifest(server.request, 'svc/api', image, { tag: 'gone', headers: basic(BOB) });
      expect(await erase(ALICE)).toBe(403);
      expect(await erase(BOB)).toBe(202);
    });

    it('are refused with a wrong password, also where the file has it for a user of the directory', async () => {
      expect(await client.status(ALICE_OF_FILE)).toBe(401);
      expect(await strict.status(ALICE_OF_FILE)).toBe(401);
      expect(await client.status({ ...ROBOT, password: passwordOf('alice') })).toBe(401);
    });

    it('are not those of the file where only a directory that cannot tell gives way to it', async () => {
      expect(await strict.status(ALICE)).toBe(200);
      expect(await strict.status(ROBOT)).toBe(401);
    });

    it('are those of the file only where the certificate of the directory is of another authority', async () => {
      const foreign = await PrivateAuthority.create(folder, 'foreign');
      const distrusting = await servers.start(settings('LDAPS', {}, { caCert: foreign.cert }));
      const other = new LoginClient(distrusting.request);
      expect(await other.status(ALICE)).toBe(401);
      expect(await other.status(ALICE_OF_FILE)).toBe(200);
      expect(await other.status(ROBOT)).toBe(200);
    });

    it('are known again without a restart once the bind password in the credentials file is right', async () => {
      const own = await servers.folder();
      const credentialsFile = await writeSearcher(own, 'of yesterday');
      const late = new LoginClient((await servers.start(settings('StartTLS', {}, { credentialsFile }), own)).request);
      expect(await late.status(ALICE)).toBe(401);
      await writeSearcher(own);
      await pollUntil('the new password counts', RELOAD_DEADLINE, async () => (await late.status(ALICE)) === 200);
    });

    it('have their answer within the timeout of LDAP and half a second while the directory hangs', async () => {
      expect(await client.status(ALICE)).toBe(200);
      await slapd.hang();
      const answers = await Promise.all([ROBOT, ALICE, CAROL].map((login) => client.timed(login)));
      slapd.goOn();
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 401]);
      for (const { took } of answers) expect(took).toBeLessThan(LDAP_TIMEOUT + 500);
      expect(await client.status(CAROL)).toBe(200);
    });

    it('are those of the file and those who are remembered while the directory is down, and all once it is back', async () => {
      expect(await degraded()).toEqual({});
      expect(await client.status(ALICE)).toBe(200);
      await slapd.end();
      expect(await client.status(ROBOT)).toBe(200);
      expect(await client.status(ALICE)).toBe(200);
      expect(await client.status(ALICE_OF_FILE)).toBe(200);
      const unseen = inDirectory('star*');
      expect(await client.status(unseen)).toBe(401);
      expect(await strict.status(ROBOT)).toBe(200);

      for (let failure = 0; failure < 5; failure += 1)
        await client.status({ user: `nobody-${String(failure)}`, password: 'x' });
      const told = await pollUntil(
        'the breaker is told of',
        HEALTH_DEADLINE,
        async () => (await degraded())['authentication'],
      );
      expect(told).toMatch(/^the breaker of 127\.0\.0\.1:[0-9]+ is open since /);

      await slapd.begin();
      await pollUntil('the breaker closes', BREAKER_DEADLINE, async () => Object.keys(await degraded()).length === 0);
      expect(await client.status(unseen)).toBe(200);
      expect(await client.status(ALICE)).toBe(200);
    });
  },
);
