import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../requirements/requires.js';
import { ldapSection, writeSearcher } from './ldap-section.js';
import { basic, LoginClient, MANY_ADDRESSES } from './login-client.js';
import { parseResponse, RawConnection, requestHead } from './raw-connection.js';
import type { ServerProcess } from './server-process.js';
import { passwordOf, SEARCHER } from './slapd-directory.js';
import { Slapd } from './slapd.js';
import { useServers } from './use-servers.js';

const ALICE = { user: 'alice', password: passwordOf('alice') };
const RIGHT = basic(ALICE).authorization;
const encoded = (text: string): string => `Basic ${Buffer.from(text, 'latin1').toString('base64')}`;
const form = (fields: Readonly<Record<string, string>>): string =>
  new URLSearchParams({ grant_type: 'password', service: 'x', ...fields }).toString();

describeWith(
  { programs: ['slapd', 'openssl'] },
  'credentials that no client should send, to a server with a directory',
  () => {
    const servers = useServers();
    let slapd: Slapd;
    let server: ServerProcess;
    let client: LoginClient;

    beforeAll(async () => {
      slapd = await Slapd.start();
      const folder = await servers.folder();
      const ldap = ldapSection(slapd, 'LDAPS', { credentialsFile: await writeSearcher(folder) });
      server = await servers.start({
        http: {
          ...MANY_ADDRESSES,
          // So that everything that is asked about reaches the directory.
          auth: { ldap, rememberFor: 0 },
          // With which tokens are given out.
          accessControl: { repositories: { 'base/**': { anonymousPolicy: ['read'] } } },
        },
      });
      client = new LoginClient(server.request);
    });
    afterAll(() => slapd.remove());
    afterEach(async () => {
      expect(await client.status(ALICE), 'it serves the next client').toBe(200);
    });

    /** Sends it from an address of its own, on a connection of its own. */
    let addresses = 0;
    async function answerTo(head: string, body = ''): Promise<{ readonly status: number; readonly body: string }> {
      addresses += 1;
      const from = `\r\nx-forwarded-for: 198.51.100.${String(addresses)}\r\nconnection: close\r\n\r\n`;
      const connection = await RawConnection.open(server.url);
      await connection.write(head.replace(/\r\n\r\n$/, from) + body);
      return parseResponse(await connection.closed);
    }

    const NOTHING = { binds: [], searches: [], connections: 0 };

    it.each([
      ['an empty password', encoded('alice:')],
      ['an empty user', encoded(':secret')],
      ['neither user nor password', encoded(':')],
      ['no colon', encoded('alice')],
      ['nothing behind the scheme', 'Basic'],
      ['what is no base64', 'Basic %%%%'],
      ['a NUL behind the right password', encoded(`alice:${passwordOf('alice')}\0`)],
      ['a NUL in the name', encoded(`alice\0:${passwordOf('alice')}`)],
      ['a password of 40 KB', encoded(`alice:${'x'.repeat(40_000)}`)],
      ['a token that is none', 'Bearer x'],
    ])('are refused with 401 where they hold %s, and the directory is not asked', async (_name, authorization) => {
      for (const path of ['/v2/', '/auth/token?service=x']) {
        const asked = await slapd.requestsOf(async () => {
          const { status } = await answerTo(requestHead('GET', path, { authorization }));
          expect(status).toBe(401);
        });
        expect(asked).toMatchObject(NOTHING);
      }
    });

    it('are refused with 401 where they come in several headers, whatever these hold', async () => {
      for (const others of [RIGHT, encoded('alice:wrong'), encoded('alice:'), 'Bearer x']) {
        const head = requestHead('GET', '/v2/', { authorization: RIGHT, Authorization: others });
        const asked = await slapd.requestsOf(async () => {
          expect((await answerTo(head)).status).toBe(401);
        });
        expect(asked).toMatchObject(NOTHING);
      }
    });

    it('are refused with 431 where the header has 100 KB', async () => {
      const asked = await slapd.requestsOf(async () => {
        const connection = await RawConnection.open(server.url);
        await connection.write(requestHead('GET', '/v2/', { authorization: encoded(`alice:${'x'.repeat(75_000)}`) }));
        expect(parseResponse(await connection.closed).status).toBe(431);
      });
      expect(asked).toMatchObject(NOTHING);
    });

    it.each([
      ['an empty password', form({ username: 'alice', password: '' }), 400],
      ['no password', form({ username: 'alice' }), 400],
      ['an empty user', form({ username: '', password: 'secret' }), 400],
      ['two passwords, one of which is right', `${form(fieldsOfAlice())}&password=`, 400],
      ['a password of one NUL', form({ username: 'alice', password: '\0' }), 401],
      ['the right password and a NUL', form({ ...fieldsOfAlice(), password: `${passwordOf('alice')}\0` }), 401],
    ])(
      'are refused in the form of a token where they hold %s, and the directory is not asked',
      async (_name, body, status) => {
        for (const path of ['/auth/token', '/zot/auth/token']) {
          const headers = {
            'content-type': 'application/x-www-form-urlencoded',
            'content-length': String(body.length),
          };
          const asked = await slapd.requestsOf(async () => {
            expect((await answerTo(requestHead('POST', path, headers), body)).status).toBe(status);
          });
          expect(asked).toMatchObject(NOTHING);
        }
      },
    );

    it('are refused in the form of a token that is longer than 64 KB, before all of it has come', async () => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': '100000' };
      const begun = form({ username: 'alice', password: 'x'.repeat(70_000) });
      const asked = await slapd.requestsOf(async () => {
        expect((await answerTo(requestHead('POST', '/auth/token', headers), begun)).status).toBe(400);
      });
      expect(asked).toMatchObject(NOTHING);
    });

    it('are taken in the form of a token where they are right', async () => {
      const body = form(fieldsOfAlice());
      const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(body.length) };
      expect((await answerTo(requestHead('POST', '/auth/token', headers), body)).status).toBe(200);
    });

    it.each([
      ['*', '(uid=\\2A)'],
      ['ali*', '(uid=ali\\2A)'],
      ['alice)(uid=*', '(uid=alice\\29\\28uid=\\2A)'],
      ['*)(objectclass=*', '(uid=\\2A\\29\\28objectclass=\\2A)'],
      ['alice,ou=people', '(uid=alice,ou=people)'],
      ['\\61lice', '(uid=\\5C61lice)'],
      ['{dn}{user}', '(uid={dn}{user})'],
    ])(
      'are of nobody where the name is %s: it is searched for as it stands, and nobody is bound as',
      async (user, filter) => {
        const asked = await slapd.requestsOf(async () => {
          expect(await client.status({ user, password: ALICE.password })).toBe(401);
        });
        expect(asked.searches).toEqual([filter]);
        expect(asked.binds.filter((dn) => dn !== SEARCHER.bindDN)).toEqual([]);
      },
    );

    it('are right where somebody really has such a name', async () => {
      for (const user of ['star*', 'b)(uid=*', '{dn}'])
        expect(await client.status({ user, password: passwordOf(user) })).toBe(200);
    });
  },
);

function fieldsOfAlice() {
  return { username: ALICE.user, password: ALICE.password };
}
