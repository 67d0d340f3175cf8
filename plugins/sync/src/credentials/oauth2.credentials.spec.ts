import { generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { validateSection } from '@berth/sdk';
import { FakeClock } from '@berth/sdk/testing';
import { describeUpstreamCredentials } from '@berth/testkit';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JWT_BEARER, Oauth2Config, TOKEN_EXCHANGE } from '../config/oauth2.config.js';
import { Oauth2Credentials } from './oauth2.credentials.js';
import { TokenEndpoint } from './token-endpoint.js';
import { startTokenServer } from './token-server.fixture.js';

const never = new AbortController().signal;
const clock = new FakeClock();
const endpoint = new TokenEndpoint(clock);
const oauth2 = new Oauth2Credentials(endpoint, clock);
const folder = mkdtempSync(join(tmpdir(), 'berth-oauth2-'));
const server = await startTokenServer();

beforeEach(() => {
  server.requests.length = 0;
  server.answer = { status: 200, document: { access_token: 'the-token', expires_in: 3600 } };
});
afterAll(async () => {
  await endpoint.onApplicationShutdown();
  await server.close();
  rmSync(folder, { recursive: true });
});

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function configOf(more: object): Oauth2Config {
  const { config, violations } = validateSection(Oauth2Config, { tokenURL: server.url, ...more });
  expect(violations).toEqual([]);
  return config;
}

async function formOf(more: object): Promise<Record<string, string>> {
  await oauth2.loginFor('registry.example.com', configOf(more), never);
  return Object.fromEntries(server.requests[0]?.form ?? []);
}

describeUpstreamCredentials('oauth2', {
  create: () => oauth2,
  host: 'registry.example.com',
  section: configOf({ assertionFile: file('contract.jwt', 'an-assertion') }),
  badSection: { tokenURL: 'http://127.0.0.1:9' },
  now: () => clock.now(),
});

describe('the credential helper oauth2', () => {
  const assertionFile = (): string => file('assertion.jwt', 'the-assertion\n');

  it('says the assertion of a file as that of a client, and gives the token as a password', async () => {
    const config = configOf({
      assertionFile: assertionFile(),
      clientID: 'berth',
      clientSecretFile: file('secret', 'the-secret\n'),
      scopes: ['pull', 'list'],
      username: 'robot',
    });
    const answer = await oauth2.loginFor('registry.example.com', config, never);
    const login = { kind: 'basic', user: 'robot', password: 'the-token' };
    expect(answer).toEqual({ login, expiresAt: clock.now() + 3_600_000 });
    expect(Object.fromEntries(server.requests[0]?.form ?? [])).toEqual({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: 'the-assertion',
      client_id: 'berth',
      client_secret: 'the-secret',
      scope: 'pull list',
    });
  });

  it('says it as an assertion where the grant is jwt-bearer', async () => {
    const form = await formOf({ assertionFile: assertionFile(), grantType: JWT_BEARER });
    expect(form).toEqual({ grant_type: JWT_BEARER, assertion: 'the-assertion' });
  });

  it('says it as a subject where tokens are exchanged', async () => {
    const form = await formOf({ assertionFile: assertionFile(), grantType: TOKEN_EXCHANGE, audience: 'the-pool' });
    expect(form).toEqual({
      grant_type: TOKEN_EXCHANGE,
      subject_token: 'the-assertion',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      audience: 'the-pool',
    });
  });

  it('gives a token that does not say how long it holds five minutes', async () => {
    server.answer = { status: 200, document: { access_token: 'the-token' } };
    const { expiresAt } = await oauth2.loginFor('x', configOf({ assertionFile: assertionFile() }), never);
    expect(expiresAt).toBe(clock.now() + 300_000);
  });

  it.each([
    ['another status', { status: 403, document: { error: 'the-assertion is not taken' } }, /answers 403$/],
    ['no token', { status: 200, document: { token_type: 'Bearer' } }, /gives no access token$/],
    ['nonsense', { status: 200, document: 'text' }, /gives no access token$/],
  ])('rejects where the answer is %s, and repeats nothing of it', async (_, answer, expected) => {
    server.answer = answer;
    const asked = oauth2.loginFor('x', configOf({ assertionFile: assertionFile() }), never);
    await expect(asked).rejects.toThrow(expected);
  });

  it('rejects where a file is not there, and names it', async () => {
    const config = configOf({ assertionFile: join(folder, 'none.jwt') });
    await expect(oauth2.loginFor('x', config, never)).rejects.toThrow(/none\.jwt: ENOENT/);
  });
});

const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ED = generateKeyPairSync('ed25519');
const PSS = { padding: 6, saltLength: -1 };

describe('an assertion that oauth2 signs', () => {
  async function signed(algorithm: string, key: KeyObject, more: object = {}): Promise<string> {
    const privateKeyFile = file('key.pem', String(key.export({ type: 'pkcs8', format: 'pem' })));
    const signingFile = file('signing.json', JSON.stringify({ privateKeyFile, algorithm, ...more }));
    return (await formOf({ signingFile, clientID: 'berth' }))['client_assertion'] ?? '';
  }

  it.each([
    ['RS256', RSA, 'sha256', {}],
    ['PS384', RSA, 'sha384', PSS],
    ['ES256', EC, 'sha256', { dsaEncoding: 'ieee-p1363' as const }],
    ['EdDSA', ED, null, {}],
  ])('by %s is verified by its public key', async (algorithm, { privateKey, publicKey }, hash, options) => {
    const [header = '', claims = '', signature = ''] = (await signed(algorithm, privateKey)).split('.');
    const isRight = verify(
      hash,
      Buffer.from(`${header}.${claims}`),
      { key: publicKey, ...options },
      Buffer.from(signature, 'base64url'),
    );
    expect(isRight).toBe(true);
  });

  it('is from the client and for the endpoint, unless the file says otherwise, and never the same twice', async () => {
    const claimsOf = (jwt: string): Record<string, unknown> =>
      JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
    const first = claimsOf(await signed('EdDSA', ED.privateKey));
    const now = Math.floor(clock.now() / 1000);
    expect(first).toMatchObject({ iss: 'berth', sub: 'berth', aud: server.url, iat: now, exp: now + 300 });
    server.requests.length = 0;
    const said = { issuer: 'i', subject: 's', audience: 'a', keyId: 'k' };
    const second = await signed('EdDSA', ED.privateKey, said);
    expect(claimsOf(second)).toMatchObject({ iss: 'i', sub: 's', aud: 'a' });
    expect(JSON.parse(Buffer.from(second.split('.')[0] ?? '', 'base64url').toString())).toMatchObject({ kid: 'k' });
    expect(claimsOf(second)['jti']).not.toBe(first['jti']);
  });

  it('is none where key and algorithm do not fit', async () => {
    await expect(signed('RS256', EC.privateKey)).rejects.toThrow('the private key is none for RS256');
    await expect(signed('HS256', EC.privateKey)).rejects.toThrow('no algorithm "HS256"');
  });
});

describe('the section oauth2CredentialHelper', () => {
  afterEach(() => {
    server.requests.length = 0;
  });

  it.each([
    [{}, /either assertionFile or signingFile/],
    [{ assertionFile: 'a', signingFile: 'b' }, /either assertionFile or signingFile/],
    [{ assertionFile: 'a', tokenURL: 'login.example.com' }, /a URL such as/],
    [{ assertionFile: 'a', grantType: 'password' }, /one of client_credentials/],
    [{ assertionFile: 'a', grantType: TOKEN_EXCHANGE }, /a URL beside audience/],
    [{ assertionFile: 'a', audience: 'x' }, /nothing: it belongs to/],
    [{ assertionFile: 'a', subjectTokenType: 'urn:x:y' }, /beside the grantType of token exchange/],
    [{ assertionFile: 'a', grantType: TOKEN_EXCHANGE, audience: 'x', requestedTokenType: 'jwt' }, /a URI/],
  ])('may not be %j', (section, expected) => {
    const { violations } = validateSection(Oauth2Config, { tokenURL: 'https://login.example.com', ...section });
    expect(violations.map(({ allowed }) => allowed).join()).toMatch(expected);
  });
});
