import { anImage, pushManifest, type RegistryResponse } from '@berth/testkit';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectError, jsonOf } from './exchange.js';
import { basic, GuardedRegistry } from './guarded.js';
import { until } from './until.js';

const DAY = 86_400_000;
const guarded = new GuardedRegistry(['admin', 'dev', 'leaver']);
const image = anImage().build();
const send = guarded.send.bind(guarded);

beforeAll(async () => {
  await guarded.start({
    auth: { apikey: true, apikeyMaxLifetime: '48h', bearer: {} },
    accessControl: {
      repositories: {
        'team/**': { policies: [{ users: ['dev', 'leaver'], actions: ['read', 'create', 'update'] }] },
      },
      adminPolicy: { users: ['admin'] },
    },
  });
  await pushManifest(guarded.registry.request, 'team/api', image, { tag: '1', headers: basic('dev') });
});
afterAll(() => guarded.close());
// What was found out about a credential counts for a while.
beforeEach(() => {
  guarded.registry.clock.advance(61_000);
});

interface Made {
  readonly uuid: string;
  readonly apiKey: string;
}

function create(wanted: object, user = 'dev', headers = basic(user)): Promise<RegistryResponse> {
  const body = Buffer.from(JSON.stringify(wanted));
  return send('POST', '/zot/auth/apikey', { ...headers, 'content-type': 'application/json' }, body);
}

async function made(wanted: object = {}, user = 'dev'): Promise<Made> {
  const response = await create(wanted, user);
  expect(response.status).toBe(201);
  return jsonOf(response) as Made;
}

const read = (user: string, key: string): Promise<RegistryResponse> =>
  send('GET', '/v2/team/api/manifests/1', basic(user, key));

describe('an API key', () => {
  it('is made by whoever logs in, shown once, and is a password from then on', async () => {
    const response = await create({ label: 'ci' });
    expect(jsonOf(response)).toMatchObject({ label: 'ci', scopes: [], isExpired: false, generatedBy: 'manual' });
    const { apiKey } = jsonOf(response) as Made;
    expect((await read('dev', apiKey)).status).toBe(200);
    const list = (await send('GET', '/zot/auth/apikey', basic('dev'))).body.toString();
    expect(list).toContain('"label":"ci"');
    expect(list).not.toContain(apiKey);
  });

  it('is a password of its owner only', async () => {
    const { apiKey } = await made();
    expectError(await read('admin', apiKey), 401, 'UNAUTHORIZED');
  });

  it('is nowhere in the database, nor in the log', async () => {
    const { apiKey } = await made();
    await read('dev', apiKey);
    const { reader } = guarded.registry.foundations.database;
    const rows = JSON.stringify(await reader.selectFrom('api_keys').selectAll().execute());
    expect(rows).not.toContain(apiKey.slice(4));
    expect(JSON.stringify(guarded.registry.logLines.all)).not.toContain(apiKey.slice(4));
  });

  it('is good for what its scopes say, and for no more than its owner', async () => {
    const { apiKey } = await made({ scopes: ['team/**:read', 'other/**'] });
    expect((await read('dev', apiKey)).status).toBe(200);
    expectError(await send('POST', '/v2/team/api/blobs/uploads/', basic('dev', apiKey)), 403, 'DENIED');
    expectError(await send('GET', '/v2/other/x/tags/list', basic('dev', apiKey)), 403, 'DENIED');
  });

  it('gives a token that is good for no more, and that ends with the key', async () => {
    const { apiKey, uuid } = await made({ scopes: ['team/**:read'] });
    const scope = 'repository:team/api:pull,push';
    const answer = await send('GET', `/auth/token?service=berth&scope=${scope}`, basic('dev', apiKey));
    const { token } = jsonOf(answer) as { readonly token: string };
    const headers = { authorization: `Bearer ${token}` };
    expect((await send('GET', '/v2/team/api/manifests/1', headers)).status).toBe(200);
    expect((await send('POST', '/v2/team/api/blobs/uploads/', headers)).status).toBe(401);
    await send('DELETE', `/zot/auth/apikey?id=${uuid}`, basic('dev'));
    guarded.registry.clock.advance(5000);
    expect((await send('GET', '/v2/team/api/manifests/1', headers)).status).toBe(401);
  });

  it('makes no other key, which might be good for more', async () => {
    const { apiKey } = await made();
    const response = await create({}, 'dev', basic('dev', apiKey));
    expectError(response, 403, 'DENIED');
  });

  it('ends when it says, at the latest when keys end here', async () => {
    const at = (milliseconds: number): string => new Date(guarded.registry.clock.now() + milliseconds).toISOString();
    expectError(await create({ expirationDate: at(30 * DAY) }), 400, 'UNSUPPORTED');
    expectError(await create({ expirationDate: at(-1000) }), 400, 'UNSUPPORTED');
    const short = await made({ expirationDate: at(DAY) });
    const longest = await made();
    guarded.registry.clock.advance(DAY + 1000);
    expect((await read('dev', short.apiKey)).status).toBe(401);
    expect((await read('dev', longest.apiKey)).status).toBe(200);
    guarded.registry.clock.advance(DAY);
    expect((await read('dev', longest.apiKey)).status).toBe(401);
  });

  it('is dead once its owner is gone', async () => {
    const { apiKey } = await made({}, 'leaver');
    expect((await read('leaver', apiKey)).status).toBe(200);
    const lines = readFileSync(guarded.htpasswd, 'utf8').split('\n');
    writeFileSync(guarded.htpasswd, lines.filter((line) => !line.startsWith('leaver:')).join('\n'));
    await until('the key is dead', async () => (await read('leaver', apiKey)).status === 401);
    appendFileSync(guarded.htpasswd, lines.find((line) => line.startsWith('leaver:')) ?? '');
    await until('it is a key again', async () => (await read('leaver', apiKey)).status === 200);
  });
});

describe('revoking', () => {
  it('is for the owner, key by key, and holds within seconds', async () => {
    const [one, other] = [await made(), await made()];
    expect((await read('dev', one.apiKey)).status).toBe(200);
    expect((await send('DELETE', `/zot/auth/apikey?id=${one.uuid}`, basic('dev'))).status).toBe(200);
    guarded.registry.clock.advance(5000);
    expect((await read('dev', one.apiKey)).status).toBe(401);
    expect((await read('dev', other.apiKey)).status).toBe(200);
    expect((await send('DELETE', `/zot/auth/apikey?id=${one.uuid}`, basic('dev'))).status).toBe(404);
  });

  it('is for administrators, all of a user at once', async () => {
    const keys = [await made(), await made()];
    for (const { apiKey } of keys) expect((await read('dev', apiKey)).status).toBe(200);
    expect((await send('DELETE', '/zot/auth/apikey?user=dev', basic('admin'))).status).toBe(200);
    guarded.registry.clock.advance(5000);
    for (const { apiKey } of keys) expect((await read('dev', apiKey)).status).toBe(401);
  });

  it('is for nobody else', async () => {
    const { uuid } = await made();
    expectError(await send('DELETE', `/zot/auth/apikey?id=${uuid}&user=dev`, basic('leaver')), 403, 'DENIED');
    expectError(await send('GET', '/zot/auth/apikey?user=dev', basic('leaver')), 403, 'DENIED');
    expect((await send('DELETE', `/zot/auth/apikey?id=${uuid}`, basic('leaver'))).status).toBe(404);
    expect((await send('DELETE', '/zot/auth/apikey', basic('dev'))).status).toBe(400);
  });

  it('holds within five seconds also where the key has come in two ways', async () => {
    const { apiKey } = await made();
    const form = new URLSearchParams({ grant_type: 'password', username: 'dev', password: apiKey }).toString();
    expect((await send('POST', '/auth/token', {}, Buffer.from(form))).status).toBe(200);
    guarded.registry.clock.advance(2900);
    expect((await read('dev', apiKey)).status).toBe(200);
    await send('DELETE', '/zot/auth/apikey?user=dev', basic('admin'));
    guarded.registry.clock.advance(2900);
    expectError(await read('dev', apiKey), 401, 'UNAUTHORIZED');
  });
});

describe('a request for a key', () => {
  it.each([
    ['a scope that is no pattern', { scopes: ['[a'] }],
    ['a scope with an action that there is not', { scopes: ['a:pull'] }],
    ['scopes that are no list', { scopes: 'a' }],
    ['an unknown member', { scope: ['a'] }],
    ['a date that is none', { expirationDate: 'tomorrow' }],
    ['a week, which is no instant', { expirationDate: '2027-W05' }],
    ['half an offset', { expirationDate: '2027-01-31T00:00+05' }],
    ['a day that there is not', { expirationDate: '2027-13-45' }],
    ['a label that is no text', { label: 5 }],
    ['a label that is too long', { label: 'x'.repeat(300) }],
    ['a list', []],
  ])('is refused with %s', async (_, wanted) => {
    expectError(await create(wanted), 400, 'UNSUPPORTED');
  });

  it('is refused from a page of another site, which cannot send JSON without asking', async () => {
    const headers = { ...basic('dev'), 'content-type': 'text/plain' };
    expectError(await send('POST', '/zot/auth/apikey', headers, Buffer.from('{}')), 400, 'UNSUPPORTED');
  });

  it('is refused without a login, and with a body of megabytes', async () => {
    expectError(await send('POST', '/zot/auth/apikey', {}, Buffer.from('{}')), 401, 'UNAUTHORIZED');
    expectError(await create({ label: 'x'.repeat(20_000) }), 413, 'SIZE_INVALID');
  });
});
