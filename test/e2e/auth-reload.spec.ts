import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { digestBytes } from '../kit/builders/built-manifest.js';
import { uploadLocation, withQuery } from '../kit/push.js';
import { describeWith } from '../requirements/requires.js';
import { type LdapSection, ldapSection, writeSearcher } from './ldap-section.js';
import { basic, type Login, LoginClient, MANY_ADDRESSES } from './login-client.js';
import { pollUntil } from './poll-until.js';
import type { ServerProcess } from './server-process.js';
import { GROUPS, passwordOf } from './slapd-directory.js';
import { Slapd } from './slapd.js';
import { type ServerSettings, useServers } from './use-servers.js';

const DEADLINE = 5000;
const loginOf = (user: string): Login => ({ user, password: passwordOf(user) });
const ALICE = loginOf('alice');
const BOB = loginOf('bob');

describeWith({ programs: ['slapd', 'openssl'] }, 'authentication that changes while the server runs', () => {
  const servers = useServers();
  let slapd: Slapd;
  let folder: string;
  let credentialsFile: string;
  let server: ServerProcess;
  let client: LoginClient;

  beforeAll(async () => {
    slapd = await Slapd.start();
  });
  afterAll(() => slapd.remove());

  beforeEach(async () => {
    folder = await servers.folder();
    credentialsFile = await writeSearcher(folder);
    server = await servers.start(settings(), folder);
    client = new LoginClient(server.request);
  });

  /** Whoever is in `group` may push. */
  function settings(ldap: LdapSection = {}, group = 'developers'): ServerSettings {
    const policies = [{ groups: [group], actions: ['read', 'create', 'update'] }];
    return {
      http: {
        ...MANY_ADDRESSES,
        // So that everything is asked about.
        auth: { ldap: ldapSection(slapd, 'StartTLS', { credentialsFile, ...ldap }), rememberFor: 0 },
        accessControl: { repositories: { '**': { policies } } },
      },
    };
  }

  const begin = async (login: Login): Promise<number> =>
    (await client.send('POST', '/v2/a/blobs/uploads/', { headers: basic(login) })).status;
  const untilLogged = (text: string): Promise<unknown> =>
    pollUntil(`the log says: ${text}`, DEADLINE, () => server.output().includes(text));

  it.each([
    ['section of the directory', () => settings({ groupBaseDN: `cn=nothing,${GROUPS}` })],
    ['access rules', () => settings({}, 'admins')],
  ])('lets an upload go on that is under way when the %s change, and not the next one', async (_what, changed) => {
    const content = Buffer.from('begun before and ended after');
    const headers = basic(ALICE);
    const opened = await client.send('POST', '/v2/a/blobs/uploads/', { headers });
    expect(opened.status).toBe(202);
    const body = new PassThrough();
    body.write(content.subarray(0, 10));
    const running = client.send('PATCH', uploadLocation(opened), { headers, body });

    await servers.configure(folder, changed());
    await pollUntil('the change holds', DEADLINE, async () => (await begin(ALICE)) !== 202);
    body.end(content.subarray(10));
    const patched = await running;
    expect(patched.status).toBe(202);

    await servers.configure(folder, settings());
    await pollUntil('the old one holds again', DEADLINE, async () => (await begin(ALICE)) === 202);
    const closing = `${withQuery(uploadLocation(patched))}digest=${encodeURIComponent(digestBytes(content))}`;
    expect((await client.send('PUT', closing, { headers })).status).toBe(201);
    const pulled = await client.send('GET', `/v2/a/blobs/${digestBytes(content)}`, { headers });
    expect(pulled.body).toEqual(content);
  });

  it('takes groups and rules from the new configuration', async () => {
    expect([await begin(ALICE), await begin(BOB)]).toEqual([202, 403]);
    await servers.configure(folder, settings({}, 'admins'));
    await pollUntil('the change holds', DEADLINE, async () => (await begin(BOB)) === 202);
    expect(await begin(ALICE)).toBe(403);
  });

  it.each([
    ['a credentials file that is no JSON', 'credentialsFile', 'bindPassword is not here', 'must be JSON'],
    [
      'a credentials file without a password',
      'credentialsFile',
      '{"bindDN":"cn=a,dc=b"}',
      'must be a password that is not empty',
    ],
    ['an authority that is none', 'caCert', 'no certificate at all', 'holds no certificate'],
    ['a credentials file that is not there', 'credentialsFile', undefined, 'ENOENT'],
  ] as const)('keeps the old one where the new one names %s, and says so', async (_what, key, text, fault) => {
    const path = join(folder, 'broken');
    if (text !== undefined) await writeFile(path, text);
    await servers.configure(folder, settings({ [key]: path }, 'admins'));
    await untilLogged(fault);
    await untilLogged('the old one stays');
    expect([await begin(ALICE), await begin(BOB)]).toEqual([202, 403]);
    expect(server.output()).not.toContain('bindPassword is not here');

    // Mended, and nothing but the signal tells: the configuration itself has not changed since.
    await copyFile(key === 'caCert' ? slapd.authority.cert : credentialsFile, path);
    server.signal('SIGHUP');
    await pollUntil('it holds once the file is right', DEADLINE, async () => (await begin(BOB)) === 202);
  });

  it('keeps what it has read where a file that it uses is broken in its place, and takes it once it is right', async () => {
    await writeFile(credentialsFile, '{ "bindDN": ');
    await untilLogged('what was read last counts');
    expect(await begin(ALICE)).toBe(202);
    await writeSearcher(folder);
    await untilLogged('were read again');
    expect(await begin(ALICE)).toBe(202);
  });

  it('stays as it is on SIGHUP where nothing has changed', async () => {
    server.signal('SIGHUP');
    await untilLogged('the configuration was read again');
    expect([await begin(ALICE), await begin(BOB)]).toEqual([202, 403]);
    expect(server.output()).not.toContain('authentication and access rules were read again');
  });
});
