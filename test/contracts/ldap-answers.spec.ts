import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { PrivateAuthority } from '../e2e/private-authority.js';
import { itWith } from '../requirements/requires.js';
import { ber, type FakeAnswer, fakeEntry, FakeLdapServer, type FakeRequest, fakeResult } from './fake-ldap-server.js';
import { credentialsFile, LdapOpener, type OpenedLdap } from './ldap-opener.js';
import { temporaryFolder } from './temporary-folder.js';

const signal = new AbortController().signal;
const ACCOUNT = { bindDN: 'cn=searcher', bindPassword: 'of the searcher' };
const ALICE = 'uid=alice,ou=people';
const SECRET = 'of alice';

const opener = new LdapOpener();
const servers: FakeLdapServer[] = [];

afterEach(() => {
  opener.close();
  for (const server of servers.splice(0)) server.stop();
});

/** What a directory with "alice" answers, but for what `special` does. */
function directory(special: (request: FakeRequest) => FakeAnswer | undefined): (request: FakeRequest) => FakeAnswer {
  return (request) => {
    const answer = special(request);
    if (answer !== undefined) return answer;
    return isUserSearch(request) ? fakeEntry(request, ALICE, { uid: 'alice' }) : 0;
  };
}

async function serve(special: (request: FakeRequest) => FakeAnswer | undefined): Promise<FakeLdapServer> {
  const server = await FakeLdapServer.start(directory(special));
  servers.push(server);
  return server;
}

function open(server: FakeLdapServer, section: Readonly<Record<string, unknown>> = {}): Promise<OpenedLdap> {
  return opener.open({
    address: '127.0.0.1',
    port: server.port,
    insecure: true,
    baseDN: 'ou=people',
    userAttribute: 'uid',
    groupBaseDN: 'ou=groups',
    timeout: '500ms',
    credentialsFile: credentialsFile(temporaryFolder(), ACCOUNT),
    ...section,
  });
}

const verify = ({ backend }: OpenedLdap) => backend.verify({ user: 'alice', password: SECRET }, signal);

async function isOpenAfterFive(opened: OpenedLdap): Promise<boolean> {
  for (let count = 0; count < 5; count += 1) await verify(opened);
  return opened.backend.probe.check(signal).then(
    () => false,
    () => true,
  );
}

const isUserSearch = ({ kind, text }: FakeRequest): boolean => kind === 'search' && !text.includes('ou=groups');
const isGroupSearch = ({ kind, text }: FakeRequest): boolean => kind === 'search' && text.includes('ou=groups');
const isUserBind = ({ kind, text }: FakeRequest): boolean => kind === 'bind' && text.includes(ALICE);
const isServiceBind = ({ kind, text }: FakeRequest): boolean => kind === 'bind' && !text.includes(ALICE);

describe('what LDAP answers', () => {
  it.each([
    [19, 'rejected'],
    [48, 'rejected'],
    [49, 'rejected'],
    [50, 'rejected'],
    [53, 'rejected'],
    [32, 'unknownUser'],
  ])('to the bind of a user with %i is about the user: %s', async (code, outcome) => {
    const opened = await open(await serve((request) => (isUserBind(request) ? code : undefined)));
    expect(await verify(opened)).toEqual({ outcome });
    expect(await isOpenAfterFive(opened)).toBe(false);
  });

  it.each([
    ['a bind of a user', 51, true, isUserBind],
    ['a bind of a user', 52, true, isUserBind],
    ['a bind of a user', 8, false, isUserBind],
    ['a search for a user', 3, true, isUserSearch],
    ['a search for a user', 51, true, isUserSearch],
    ['a search for a user', 52, true, isUserSearch],
    ['a search for a user', 53, true, isUserSearch],
    ['a search for a user', 1, false, isUserSearch],
    ['a search for a user', 50, false, isUserSearch],
    ['a search for groups', 4, false, isGroupSearch],
    ['a search for groups', 11, false, isGroupSearch],
    ['a search for groups', 51, true, isGroupSearch],
    ['the bind that searches', 49, true, isServiceBind],
    ['the bind that searches', 53, true, isServiceBind],
  ])('to %s with %i is no answer; the breaker counts it: %s', async (_name, code, counts, isIt) => {
    const opened = await open(await serve((request) => (isIt(request) ? code : undefined)));
    const result = await verify(opened);
    expect(result).toMatchObject({
      outcome: 'unavailable',
      reason: expect.stringContaining(`(${String(code)})`) as string,
    });
    expect(JSON.stringify(result)).not.toMatch(/cn=|uid=|of alice|of the searcher/);
    expect(await isOpenAfterFive(opened)).toBe(counts);
  });

  it('without a name that may be read is no answer', async () => {
    const server = await serve((request) => (isUserSearch(request) ? fakeEntry(request, ALICE, {}) : undefined));
    expect(await verify(await open(server))).toMatchObject({ outcome: 'unavailable' });
  });

  it('with an entry that has no name is not bound as', async () => {
    for (const dn of ['', 'EXTERNAL', 'PLAIN']) {
      const server = await serve((request) =>
        isUserSearch(request) ? fakeEntry(request, dn, { uid: 'alice' }) : undefined,
      );
      expect(await verify(await open(server))).toMatchObject({ outcome: 'unavailable' });
      expect(server.requests.filter(({ kind }) => kind === 'bind')).toHaveLength(1);
    }
  });

  it.each([
    ['no LDAP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['a length of four gigabytes', Buffer.from('3084ffffffff0201', 'hex')],
    ['half of an answer', Buffer.from('300c020102', 'hex')],
    ['an answer to something else', Buffer.from('300c02017f61070a010004000400', 'hex')],
    ['a kind of answer that is not known', Buffer.from('300c0201027d070a010004000400', 'hex')],
  ])('with %s is no answer, in time', async (_name, bytes) => {
    for (const isIt of [isServiceBind, isUserSearch, isUserBind]) {
      const opened = await open(await serve((request) => (isIt(request) ? bytes : undefined)), { timeout: '100ms' });
      const before = performance.now();
      expect(await verify(opened)).toMatchObject({ outcome: 'unavailable' });
      expect(performance.now() - before).toBeLessThan(600);
    }
  });

  it('on a connection that ends just when it is used again is asked for on a new one', async () => {
    const seen = { searches: 0, binds: 0 };
    const server = await serve((request) => {
      if (isUserSearch(request) && (seen.searches += 1) === 2) return 'closed';
      if (isUserBind(request) && (seen.binds += 1) === 2) return 'closed';
      return undefined;
    });
    const opened = await open(server);
    expect(await verify(opened)).toMatchObject({ outcome: 'accepted' });
    expect(await verify(opened)).toMatchObject({ outcome: 'accepted' });
    expect(seen).toEqual({ searches: 3, binds: 3 });
  });

  it('by ending the connection each time is no answer', async () => {
    const opened = await open(await serve((request) => (isUserSearch(request) ? 'closed' : undefined)));
    expect(await verify(opened)).toMatchObject({ reason: expect.stringContaining('closed before') as string });
    expect(await isOpenAfterFive(opened)).toBe(true);
  });
});

describe('StartTLS', () => {
  const TLS = { startTLS: true, skipVerify: true };

  it('that is refused ends the login: nothing is said in the clear', async () => {
    const server = await serve(({ kind }) => (kind === 'startTls' ? 52 : undefined));
    const result = await verify(await open(server, TLS));
    expect(result).toMatchObject({ outcome: 'unavailable', reason: expect.stringContaining('TLS fails') as string });
    expect(server.requests.map(({ kind }) => kind)).toEqual(['startTls']);
  });

  itWith({ programs: ['openssl'] }, 'makes what came before it no answer to what is asked after it', async () => {
    const folder = temporaryFolder();
    const { cert, key } = await (await PrivateAuthority.create(folder)).forServer('server', ['IP:127.0.0.1']);
    for (const id of [2, 3]) {
      const special = (request: FakeRequest): FakeAnswer | undefined => {
        if (request.kind === 'startTls') return Buffer.concat([fakeResult(request, 0), swallowing(id)]);
        return isUserBind(request) ? 49 : undefined;
      };
      const server = await FakeLdapServer.start(directory(special), {
        cert: readFileSync(cert),
        key: readFileSync(key),
      });
      servers.push(server);
      expect(await verify(await open(server, TLS))).toEqual({ outcome: 'rejected' });
      expect(server.requests.filter(({ kind }) => kind !== 'startTls').every(({ isSecure }) => isSecure)).toBe(true);
    }
  });
});

/** The beginning of a bind that succeeds, whose text is to be what the server really answers. */
function swallowing(id: number): Buffer {
  const real = fakeResult({ kind: 'bind', id, text: '', isSecure: true }, 49);
  const result = [ber(0x0a, Buffer.from([0])), ber(0x04), ber(0x04, real)];
  const whole = ber(0x30, ber(0x02, Buffer.from([id])), ber(0x61, ...result));
  return whole.subarray(0, whole.length - real.length);
}
