import { ANONYMOUS, type Credentials, type Identity, milliseconds, Notifier, RegistryError } from '@berth/sdk';
import { FakeAccessControl, FakeClock, FakeNotifier } from '@berth/sdk/testing';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LineSink } from '../../../../test/kit/line-sink.js';
import { aKey, claimsOf, pemOf } from '../../../../test/tokens/sample-keys.js';
import type { RegistryApplication } from '../../../http/exchange.js';
import { createFastifyAdapter } from '../../../http/fastify.adapter.js';
import { HttpConfig } from '../../../http/http.config.js';
import { RepositoryResolution } from '../../../http/repository-resolution.js';
import { OciExceptionFilter } from '../../../http/oci-exception.filter.js';
import { newFacts } from '../../../http/request-context.js';
import { RegistryLogger } from '../../../logging/registry-logger.js';
import { CredentialCheck, type LoginAttempt } from '../../credential-check.js';
import { importJose } from '../jose.js';
import { TokenCheck } from '../token-check.js';
import { CurrentSigningKey } from './current-signing-key.js';
import { IssuedTokens } from './issued-tokens.js';
import { parseSigningKey } from './signing-key.js';
import { TokenController } from './token.controller.js';
import { TokenIssuer } from './token-issuer.js';
import { TokenRequests } from './token-requests.js';
import { TokenServer } from './token-server.js';

/** Knows ann, whose password is `right: with a colon`. */
class FakeCredentials extends CredentialCheck {
  attempts: LoginAttempt[] = [];

  check({ user, password }: Credentials, attempt: LoginAttempt): Promise<Identity | undefined> {
    this.attempts.push(attempt);
    if (user === 'busy') return Promise.reject(new RegistryError('TOOMANYREQUESTS'));
    const isAnn = user === 'ann' && password === 'right: with a colon';
    return Promise.resolve(isAnn ? { user, groups: ['team'], method: 'basic' } : undefined);
  }
}

const clock = new FakeClock();
const credentials = new FakeCredentials();
const server: { issuer: TokenIssuer | undefined } = { issuer: undefined };

let application: RegistryApplication;
let issuer: TokenIssuer;
let issued: IssuedTokens;
/** Whom the guard has found. */
let caller: Identity;

beforeAll(async () => {
  const jose = await importJose();
  const keys = new CurrentSigningKey(await parseSigningKey(jose, pemOf(aKey().privateKey)));
  const access = new FakeAccessControl({
    may: ({ user }, action, repository) =>
      action === 'read' ? user !== undefined || repository.startsWith('base/') : user === 'ann' && action !== 'delete',
  });
  issuer = new TokenIssuer({ jose, keys, service: 'berth', lifetime: milliseconds(300_000), access, clock });
  issued = new IssuedTokens(new TokenCheck(jose, clock), keys, 'berth');
  const module = await Test.createTestingModule({
    controllers: [TokenController],
    providers: [
      TokenRequests,
      { provide: TokenServer, useValue: server },
      { provide: CredentialCheck, useValue: credentials },
      { provide: Notifier, useValue: new FakeNotifier() },
      RepositoryResolution,
    ],
  }).compile();
  const adapter = createFastifyAdapter(new HttpConfig());
  application = module.createNestApplication<RegistryApplication>(adapter, { logger: false, bodyParser: false });
  const denials = { answer: () => new RegistryError('DENIED') };
  application.useGlobalFilters(new OciExceptionFilter(new RegistryLogger(new LineSink().output, 'info'), denials));
  const fastify = adapter.getInstance();
  fastify.decorateRequest('facts');
  fastify.addHook('onRequest', (request, reply, done) => {
    request.facts = newFacts(reply.raw, 1000);
    request.facts.identity = caller;
    done();
  });
  await application.listen(0, '127.0.0.1');
});
afterAll(() => application.close());
beforeEach(() => {
  server.issuer = issuer;
  caller = ANONYMOUS;
  credentials.attempts = [];
});

const ann: Identity = { user: 'ann', groups: ['team'], method: 'basic' };

async function exchange(query: string, options: RequestInit = {}) {
  const response = await fetch(`${await application.getUrl()}/auth/token${query}`, options);
  const text = await response.text();
  const body = (text === '' ? {} : JSON.parse(text)) as Readonly<Record<string, unknown>>;
  return { status: response.status, headers: response.headers, body };
}

function post(fields: Readonly<Record<string, string>> | string) {
  const body = typeof fields === 'string' ? fields : new URLSearchParams(fields).toString();
  return exchange('', { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded' } });
}

const accessOf = (token: unknown) => claimsOf(String(token))['access'];

describe('GET /auth/token', () => {
  it('answers docker as it asks when somebody pushes', async () => {
    caller = ann;
    const { status, headers, body } = await exchange(
      '?account=ann&client_id=docker&offline_token=true&service=berth&scope=repository%3Aa%2Fb%3Apull%2Cpush',
    );

    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toEqual({
      token: expect.any(String) as string,
      access_token: body['token'],
      expires_in: 300,
      issued_at: '2030-01-01T00:00:00.000Z',
    });
    expect(claimsOf(String(body['token']))).toMatchObject({
      iss: 'berth',
      aud: 'berth',
      sub: 'ann',
      iat: clock.now() / 1000,
      nbf: clock.now() / 1000,
      exp: clock.now() / 1000 + 300,
      jti: expect.any(String) as string,
      access: [{ type: 'repository', name: 'a/b', actions: ['pull', 'push'] }],
    });
    expect(await issued.verify(String(body['token']))).toMatchObject({
      outcome: 'accepted',
      identity: { user: 'ann', groups: ['team'] },
    });
  });

  it('answers docker as it asks when somebody logs in, with a token for nothing', async () => {
    caller = ann;
    const { status, body } = await exchange('?account=ann&client_id=docker&offline_token=true&service=berth');
    expect([status, accessOf(body['token'])]).toEqual([200, []]);
  });

  it('gives nobody known what nobody known may read', async () => {
    const { body } = await exchange('?service=berth&scope=repository:base/x:pull&scope=repository:svc/x:pull,push');
    expect(accessOf(body['token'])).toMatchObject([{ name: 'base/x', actions: ['pull'] }]);
    expect(claimsOf(String(body['token']))['sub']).toBeUndefined();
  });

  it('reads several scopes, in one parameter or in several', async () => {
    caller = ann;
    const two = await exchange('?scope=repository:a:pull&scope=repository:b:pull');
    const one = await exchange('?scope=repository:a:pull%20repository:b:pull');
    const expected = [{ name: 'a' }, { name: 'b' }];
    expect([accessOf(two.body['token']), accessOf(one.body['token'])]).toMatchObject([expected, expected]);
  });

  it.each(['?scope=', '?scope=%00', '?scope=repository:**:*', '?scope[]=x', '?service=other', '?scope=repository:a'])(
    'ignores what it cannot read, as in %s',
    async (query) => {
      caller = ann;
      const { status, body } = await exchange(query);
      expect([status, accessOf(body['token'])]).toEqual([200, []]);
    },
  );

  it('gives no token for a token, which would never end', async () => {
    caller = { ...ann, method: 'bearer' };
    const { status, headers } = await exchange('?scope=repository:a:pull');
    expect([status, headers.get('www-authenticate')]).toEqual([401, 'Basic realm="berth", charset="UTF-8"']);
  });

  it('is 404 where this registry issues no tokens', async () => {
    server.issuer = undefined;
    expect((await exchange('')).status).toBe(404);
    expect((await post({ grant_type: 'password', username: 'ann', password: 'x' })).status).toBe(404);
  });

  it("is found at zot's path too", async () => {
    const response = await fetch(`${await application.getUrl()}/zot/auth/token`);
    expect(response.status).toBe(200);
  });

  it('answers HEAD without a body', async () => {
    const { status, body } = await exchange('', { method: 'HEAD' });
    expect([status, body]).toEqual([200, {}]);
  });
});

describe('POST /auth/token', () => {
  const login = { grant_type: 'password', username: 'ann', password: 'right: with a colon' };

  it('answers containerd as it asks', async () => {
    const { status, body } = await post({
      ...login,
      service: 'berth',
      client_id: 'containerd-client',
      access_type: 'offline',
      scope: 'repository:a/b:pull,push,delete repository:base/x:pull',
    });

    expect(status).toBe(200);
    expect(body).toMatchObject({
      access_token: body['token'],
      expires_in: 300,
      token_type: 'Bearer',
      scope: 'repository:a/b:pull,push repository:base/x:pull',
    });
    expect(body).not.toHaveProperty('refresh_token');
    expect(await issued.verify(String(body['access_token']))).toMatchObject({ identity: { user: 'ann' } });
    expect(credentials.attempts).toMatchObject([{ address: '127.0.0.1' }]);
  });

  it('refuses a wrong password with 401, after which containerd tries GET', async () => {
    const { status, headers, body } = await post({ ...login, password: 'wrong' });
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Basic realm="berth", charset="UTF-8"');
    expect(body).toMatchObject({ error: 'invalid_grant', errors: [{ code: 'UNAUTHORIZED' }] });
    expect(JSON.stringify(body)).not.toContain('wrong');
  });

  it.each([
    ['a refresh token', { grant_type: 'refresh_token', refresh_token: 'x' }, 'unsupported_grant_type'],
    ['another grant', { grant_type: 'client_credentials' }, 'unsupported_grant_type'],
    ['no grant', { username: 'ann', password: 'x' }, 'invalid_request'],
    ['no password', { grant_type: 'password', username: 'ann' }, 'invalid_request'],
    ['an empty password', { ...login, password: '' }, 'invalid_request'],
    ['an empty user', { ...login, username: '' }, 'invalid_request'],
    ['two passwords', 'grant_type=password&username=ann&password=a&password=b', 'invalid_request'],
    ['JSON', '{"grant_type":"password"}', 'invalid_request'],
    ['nothing', '', 'invalid_request'],
    ['too much', `grant_type=password&username=ann&password=${'x'.repeat(64 * 1024)}`, 'invalid_request'],
  ])('refuses %s with 400, and asks nobody', async (_, fields, error) => {
    const { status, body } = await post(fields);
    expect([status, body['error'], credentials.attempts]).toEqual([400, error, []]);
  });

  it('reads no more of a form than 64 KiB', async () => {
    const answer = post(`password=${'x'.repeat(20_000_000)}`).catch(() => ({ status: 400 }));
    expect((await answer).status).toBe(400);
    expect((await post(login)).status).toBe(200);
  });

  it('passes on that there were too many failures', async () => {
    expect((await post({ ...login, username: 'busy' })).status).toBe(429);
  });

  it('takes a password of any characters as it is', async () => {
    for (const password of ['\u0000', 'ü€', '%', '+ +', '&=&'])
      expect((await post({ ...login, password })).status).toBe(401);
  });
});
