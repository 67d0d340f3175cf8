import { anImage, pushBlob, pushManifest } from '@berth/testkit';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectError, headerOf, jsonOf } from './exchange.js';
import { basic, GuardedRegistry } from './guarded.js';
import { until } from './until.js';

const guarded = new GuardedRegistry(['admin', 'dev', 'author', 'outsider']);
const image = anImage().build();
const other = anImage().build();

beforeAll(async () => {
  await guarded.start({
    accessControl: {
      groups: { developers: { users: ['dev'] } },
      repositories: {
        'base/**': { anonymousPolicy: ['read'] },
        'svc/**': {
          policies: [
            { groups: ['developers'], actions: ['read', 'create'] },
            { users: ['author'], actions: ['read', 'create', 'update'] },
          ],
        },
      },
      adminPolicy: { users: ['admin'], actions: ['read', 'create', 'update', 'delete'] },
    },
  });
  const headers = basic('admin');
  await pushManifest(guarded.registry.request, 'base/alpine', image, { tag: '1', headers });
  await pushManifest(guarded.registry.request, 'svc/api', image, { tag: '1', headers });
});
afterAll(() => guarded.close());

const { send } = { send: guarded.send.bind(guarded) };
const manifest = (repository: string, reference = '1'): string => `/v2/${repository}/manifests/${reference}`;
const put = (user: string, repository: string, tag: string, what = image): ReturnType<typeof send> =>
  send('PUT', manifest(repository, tag), { ...basic(user), 'content-type': what.mediaType }, what.manifest);

describe('a registry with a public and a private half', () => {
  it('gives the public half to who shows nothing', async () => {
    expect((await send('GET', manifest('base/alpine'))).status).toBe(200);
    expect((await send('GET', '/v2/base/alpine/tags/list')).status).toBe(200);
    expect((await send('GET', `/v2/base/alpine/blobs/${image.blobs[0]?.digest ?? ''}`)).status).toBe(200);
  });

  it('gives the public half to who has logged in too', async () => {
    expect((await send('GET', manifest('base/alpine'), basic('outsider'))).status).toBe(200);
  });

  it('asks who somebody is for the private half, with the scope that a token needs, Bearer first', async () => {
    const response = await send('GET', manifest('svc/api'));
    expectError(response, 401, 'UNAUTHORIZED');
    expect(response.headers['www-authenticate']).toBe(
      `Bearer realm="${guarded.registry.url}/auth/token",service="berth",scope="repository:svc/api:pull", ` +
        'Basic realm="Authorization Required", charset="UTF-8"',
    );
  });

  it('asks for a token alone at the ping, since docker without a password gives up at a challenge of Basic, and answers 200 to who is known', async () => {
    const response = await send('GET', '/v2/');
    expect(response.status).toBe(401);
    expect(headerOf(response, 'www-authenticate')).toMatch(/^Bearer realm="[^"]+\/auth\/token",service="berth"$/);
    expect((await send('GET', '/v2/', basic('outsider'))).status).toBe(200);
  });

  it('does not take a wrong password for nobody, even where nobody may', async () => {
    expectError(await send('GET', manifest('base/alpine'), basic('dev', 'wrong')), 401, 'UNAUTHORIZED');
    expectError(await send('GET', manifest('base/alpine'), basic('unknown')), 401, 'UNAUTHORIZED');
  });

  it('says 403 to who is known and may not, as asking again would not help', async () => {
    const response = await send('GET', manifest('svc/api'), basic('outsider'));
    expectError(response, 403, 'DENIED');
    expect(response.headers['www-authenticate']).toBeUndefined();
  });

  it('refuses a deletion by nobody with 401, and does what the administrator says', async () => {
    await put('admin', 'base/alpine', 'gone');
    expectError(await send('DELETE', manifest('base/alpine', 'gone')), 401, 'UNAUTHORIZED');
    expect((await send('GET', manifest('base/alpine', 'gone'))).status).toBe(200);
    expect((await send('DELETE', manifest('base/alpine', 'gone'), basic('admin'))).status).toBe(202);
    expect((await send('GET', manifest('base/alpine', 'gone'))).status).toBe(404);
  });
});

describe('the actions', () => {
  it('let who may create push a new tag, and not move one', async () => {
    await pushManifest(guarded.registry.request, 'svc/web', image, { tag: 'a', headers: basic('dev') });
    await pushManifest(guarded.registry.request, 'svc/web', other, { headers: basic('dev') });
    expect((await put('dev', 'svc/web', 'b', other)).status).toBe(201);
    expectError(await put('dev', 'svc/web', 'b', image), 403, 'DENIED');
    expect((await put('author', 'svc/web', 'b', image)).status).toBe(201);
  });

  it('let who may create push again what is there already', async () => {
    expect((await put('dev', 'svc/web', 'a')).status).toBe(201);
  });

  it('keep deleting for who may delete', async () => {
    expectError(await send('DELETE', manifest('svc/web', 'a'), basic('author')), 403, 'DENIED');
  });

  it('keep uploads for who may create', async () => {
    expectError(await send('POST', '/v2/base/alpine/blobs/uploads/', basic('dev')), 403, 'DENIED');
    expectError(await send('POST', '/v2/base/alpine/blobs/uploads/'), 401, 'UNAUTHORIZED');
  });
});

describe('what somebody may not read', () => {
  it('is in no catalog', async () => {
    const catalog = async (headers = {}): Promise<unknown> => jsonOf(await send('GET', '/v2/_catalog', headers));
    expect(await catalog()).toEqual({ repositories: ['base/alpine'] });
    expect(await catalog(basic('outsider'))).toEqual({ repositories: ['base/alpine'] });
    expect(await catalog(basic('dev'))).toMatchObject({ repositories: ['base/alpine', 'svc/api', 'svc/web'] });
  });

  it('is no source of a mount, which otherwise would read it', async () => {
    const secret = anImage().build().blobs[0];
    if (!secret) throw new Error('an image has blobs');
    await pushBlob(guarded.registry.request, 'hidden/it', secret, { headers: basic('admin') });
    const mount = (query: string): ReturnType<typeof send> =>
      send('POST', `/v2/svc/api/blobs/uploads/?mount=${secret.digest}${query}`, basic('dev'));
    expect((await mount('&from=hidden/it')).status).toBe(202);
    expect((await mount('')).status).toBe(202);
    expect((await send('HEAD', `/v2/svc/api/blobs/${secret.digest}`, basic('dev'))).status).toBe(404);
  });

  it.each([
    '/v2/base/alpine%2F..%2F..%2Fsvc%2Fapi/manifests/1',
    '/v2/svc%2Fapi/manifests/1',
    '/v2/base/../svc/api/manifests/1',
    '/v2/base//../svc/api/manifests/1',
    '/v2//svc/api/manifests/1',
    '/v2/SVC/api/manifests/1',
    '/v2/base/alpine/../../svc/api/manifests/1',
    '/v2/svc/api/./manifests/1',
    '/V2/svc/api/manifests/1',
    '/v2/svc/api/manifests/1%00',
    '/v2/svc/api/manifests/1?ns=base/alpine',
  ])('is not read by %s', async (path) => {
    const response = await send('GET', path);
    expect([400, 401, 404]).toContain(response.status);
    expect(response.body.equals(image.manifest)).toBe(false);
  });
});

describe('a login', () => {
  it('is counted by what came of it, and once while it is remembered', async () => {
    const logins = (): number =>
      (guarded.registry.numbers.find(({ name }) => name === 'berth_auth_logins_total')?.series ?? [])
        .filter(({ labels }) => labels['method'] === 'basic')
        .reduce((sum, { value }) => sum + value, 0);
    guarded.registry.clock.advance(61_000);
    const before = logins();
    await send('GET', '/v2/', basic('outsider'));
    await send('GET', '/v2/', basic('outsider'));
    await send('GET', '/v2/', basic('outsider', 'wrong'));
    expect(logins()).toBe(before + 2);
  });
});

describe('the form of the token server', () => {
  const post = (user: string, password: string): ReturnType<typeof send> => {
    const form = new URLSearchParams({ grant_type: 'password', username: user, password, service: 'berth' });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return send('POST', '/auth/token', headers, Buffer.from(form.toString()));
  };

  it('gives a token to who is known, and takes control characters from nobody', async () => {
    expect((await post('dev', 'dev-secret')).status).toBe(200);
    expect((await post('dev', 'dev-secret\0')).status).toBe(401);
    expect((await post('dev\n', 'dev-secret')).status).toBe(401);
  });

  it('has a failed login in the audit as any other entrance has', async () => {
    const before = guarded.registry.auditLines.all.length;
    await post('dev', 'not-the-secret');
    const lines = guarded.registry.auditLines.all.slice(before);
    expect(lines).toMatchObject([{ status: 401, login: { method: 'basic', user: 'dev' } }]);
    expect(JSON.stringify(lines)).not.toContain('not-the-secret');
  });
});

describe('the audit', () => {
  it('has one line for a refusal, with the rule that decided it', async () => {
    const before = guarded.registry.auditLines.all.length;
    await send('GET', manifest('svc/api'), basic('outsider'));
    const lines = guarded.registry.auditLines.all.slice(before);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      status: 403,
      actor: 'outsider',
      repository: 'svc/api',
      rule: expect.any(String) as unknown,
    });
  });

  it('has one line for a failed login, with who it was said to be and nothing secret', async () => {
    const before = guarded.registry.auditLines.all.length;
    await send('GET', '/v2/', basic('dev', 'not-the-secret'));
    const lines = guarded.registry.auditLines.all.slice(before);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ status: 401, login: { method: 'basic', user: 'dev' } });
    expect(JSON.stringify(lines)).not.toContain('not-the-secret');
  });

  it('has no line for the question with which every client begins', async () => {
    const before = guarded.registry.auditLines.all.length;
    await send('GET', '/v2/');
    expect(guarded.registry.auditLines.all.length).toBe(before);
  });
});

describe('a client that hangs up before it is refused', () => {
  const own = new GuardedRegistry(['dev']);
  beforeAll(() => own.start({ auth: { failDelay: 1 } }));
  afterAll(() => own.close());

  it('has failed to log in all the same, and the audit has it', async () => {
    const { hostname, port } = new URL(own.registry.url);
    const socket = connect(Number(port), hostname);
    const authorization = basic('dev', 'guess')['authorization'] ?? '';
    socket.write(`GET /v2/ HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n\r\n`);
    await until('it is on its way', () => own.registry.openSockets > 0);
    setImmediate(() => socket.destroy());
    await until('it is in the audit', () => own.registry.auditLines.all.length > 0);
    expect(own.registry.auditLines.all).toMatchObject([{ status: 499, login: { method: 'basic', user: 'dev' } }]);
  });
});
