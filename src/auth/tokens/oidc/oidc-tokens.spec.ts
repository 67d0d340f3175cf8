import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from '@berth/sdk/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LineSink } from '../../../../test/kit/line-sink.js';
import { describeWith } from '../../../../test/requirements/requires.js';
import { KeyServer } from '../../../../test/tokens/key-server.js';
import {
  aKey,
  jwksOf,
  type SampleKey,
  signed,
  signedWithSecret,
  unsigned,
} from '../../../../test/tokens/sample-keys.js';
import { RegistryLogger } from '../../../logging/registry-logger.js';
import { importJose } from '../jose.js';
import { TokenCheck } from '../token-check.js';
import { ClaimMappingConfig } from './claim-mapping.config.js';
import { OidcIssuer } from './oidc-issuer.js';
import { OidcIssuerConfig } from './oidc-issuer.config.js';
import { OidcTokens } from './oidc-tokens.js';

let folder: string;
let server: KeyServer;
let clock: FakeClock;
let key: SampleKey;
let issuers: OidcIssuer[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-oidc-'));
  server = await KeyServer.start();
  clock = new FakeClock();
  key = aKey('RS256', 'one');
  server.issue(jwksOf(key));
  issuers = [];
});
afterEach(async () => {
  for (const issuer of issuers) issuer.close();
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

type Written = Partial<Omit<OidcIssuerConfig, 'claimMapping'>> & { claimMapping?: Partial<ClaimMappingConfig> };

async function open(...sections: readonly Written[]): Promise<OidcTokens> {
  const check = new TokenCheck(await importJose(), clock);
  const options = {
    clock,
    logger: new RegistryLogger(new LineSink().output, 'info'),
    onChange: () => undefined,
    timeout: 200,
  };
  for (const section of sections) {
    const claimMapping = Object.assign(new ClaimMappingConfig(), section.claimMapping);
    const written = { issuer: server.url, audiences: ['berth'], ...section, claimMapping };
    issuers.push(await OidcIssuer.open(Object.assign(new OidcIssuerConfig(), written), check, options));
  }
  return new OidcTokens(issuers);
}

const claims = (changed: object = {}) => ({
  iss: server.url,
  sub: 'system:serviceaccount:prod:web',
  aud: ['berth'],
  iat: clock.now() / 1000,
  exp: clock.now() / 1000 + 600,
  ...changed,
});
const token = (changed?: object, signer = key) => signed(signer, claims(changed));
const accepted = (identity: object) => ({ outcome: 'accepted', identity });
const rejected = (reason: string) => ({ outcome: 'rejected', reason });

describe('an identity token', () => {
  it('is by default of a user named after issuer and subject, without groups', async () => {
    const tokens = await open({});
    expect(server.asked).toEqual([]);
    expect(await tokens.verify(token({ repository: 'r' }))).toMatchObject(
      accepted({
        user: `${server.url}/system:serviceaccount:prod:web`,
        groups: [],
        method: 'oidc',
        claims: { repository: 'r' },
      }),
    );
    expect(server.asked).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  it('may be of any of several issuers, each with its own keys and names', async () => {
    await using second = await KeyServer.start();
    const other = aKey('ES256', 'one');
    second.issue(jwksOf(other));
    const tokens = await open(
      { claimMapping: { username: "'first/' + claims.sub" } },
      { issuer: second.url, claimMapping: { username: "'second/' + claims.sub" } },
    );

    expect(await tokens.verify(token({ sub: 'x' }))).toMatchObject(accepted({ user: 'first/x' }));
    expect(await tokens.verify(token({ sub: 'x', iss: second.url }, other))).toMatchObject(
      accepted({ user: 'second/x' }),
    );
    expect(await tokens.verify(token({ sub: 'x', iss: second.url }))).toEqual(rejected('its key is not known'));
    expect(await tokens.verify(token({ sub: 'x' }, other))).toMatchObject({ outcome: 'rejected' });
  });

  it('may be for either of two audiences of one issuer, which name users in their own way', async () => {
    const tokens = await open(
      { audiences: ['a'], claimMapping: { username: "'a'" } },
      { audiences: ['b'], claimMapping: { username: "'b'" } },
    );
    expect(await tokens.verify(token({ aud: 'a' }))).toMatchObject(accepted({ user: 'a' }));
    expect(await tokens.verify(token({ aud: 'b' }))).toMatchObject(accepted({ user: 'b' }));
    expect(await tokens.verify(token({ aud: 'c' }))).toEqual(rejected('it is for another audience'));
  });

  it('of an issuer that is not configured is foreign, and nobody is asked about it', async () => {
    const tokens = await open({});
    for (const text of [token({ iss: 'https://elsewhere.example.com' }), token({ iss: undefined }), 'no token', ''])
      expect(await tokens.verify(text)).toEqual({ outcome: 'foreign' });
    expect(server.asked).toEqual([]);
  });

  it('is refused where it has expired, is not valid yet, for others, unsigned, or signed with what is public', async () => {
    const tokens = await open({});
    const now = clock.now() / 1000;
    expect(await tokens.verify(token({ exp: now - 61 }))).toEqual(rejected('it has expired'));
    expect(await tokens.verify(token({ nbf: now + 61 }))).toEqual(rejected('it is not valid yet'));
    expect(await tokens.verify(token({ aud: 'zot' }))).toEqual(rejected('it is for another audience'));
    expect(await tokens.verify(unsigned(claims()))).toEqual(rejected('its algorithm is not accepted'));
    const shared = JSON.stringify(key.jwk);
    expect(await tokens.verify(signedWithSecret(shared, claims(), { kid: 'one' }))).toEqual(
      rejected('its algorithm is not accepted'),
    );
  });

  it('is accepted with a new key without a restart', async () => {
    const tokens = await open({});
    await tokens.verify(token());
    const rotated = aKey('RS256', 'two');
    server.issue(jwksOf(key, rotated));
    clock.advance(30_000);

    expect(await tokens.verify(token({}, rotated))).toMatchObject({ outcome: 'accepted' });
    expect(await tokens.verify(token())).toMatchObject({ outcome: 'accepted' });
  });

  it('cannot be told where its issuer hangs, and those of another are not held up', async () => {
    await using hanging = await KeyServer.start();
    hanging.answers.set('/.well-known/openid-configuration', 'hang');
    const tokens = await open({}, { issuer: hanging.url });
    const started = performance.now();
    const waiting = tokens.verify(token({ iss: hanging.url }));

    expect(await tokens.verify(token())).toMatchObject({ outcome: 'accepted' });
    expect(performance.now() - started).toBeLessThan(190);
    expect(await waiting).toEqual({
      outcome: 'unavailable',
      reason: `the keys of ${hanging.url} cannot be fetched now`,
    });
  });

  it.each([
    ['is of another issuer', (url: string) => ({ issuer: 'https://other.example.com', jwks_uri: `${url}/keys` })],
    ['names no keys', (url: string) => ({ issuer: url })],
    [
      'names keys that could be changed on the way',
      (url: string) => ({ issuer: url, jwks_uri: 'http://example.com/' }),
    ],
    ['is none', () => []],
  ])('cannot be told where the discovery document %s', async (_, document) => {
    server.answers.set('/.well-known/openid-configuration', { json: document(server.url) });
    expect(await (await open({})).verify(token())).toMatchObject({ outcome: 'unavailable' });
  });

  it('of whatever issuer is verified where the issuer is not looked at', async () => {
    server.issue(jwksOf(key), 'https://public.example.com');
    const tokens = await open({ skipIssuerVerification: true, claimMapping: { username: 'claims.sub' } });

    expect(await tokens.verify(token({ iss: 'https://public.example.com', sub: 'x' }))).toMatchObject(
      accepted({ user: 'x' }),
    );
    expect(await tokens.verify(token({ iss: 'https://elsewhere.example.com' }, aKey('RS256', 'one')))).toEqual({
      outcome: 'foreign',
    });
  });

  it('of an issuer that cannot be reached is verified with keys from a file', async () => {
    const jwksFile = join(folder, 'keys.json');
    await writeFile(jwksFile, JSON.stringify(jwksOf(key)));
    const tokens = await open({ issuer: 'https://offline.example.com', jwksFile });

    expect(await tokens.verify(token({ iss: 'https://offline.example.com' }))).toMatchObject({ outcome: 'accepted' });
    expect(server.asked).toEqual([]);
  });

  it('is verified with keys from a URL, where that is named', async () => {
    const tokens = await open({ issuer: 'not a URL', jwksUri: `${server.url}/keys` });
    expect(await tokens.verify(token({ iss: 'not a URL' }))).toMatchObject({ outcome: 'accepted' });
    expect(server.asked).toEqual(['/keys']);
  });
});

describeWith({ programs: ['openssl'] }, 'an issuer with an authority of its own', () => {
  it('is trusted by that authority, from text or a file, and by no other', async () => {
    const [keyFile, certFile] = [join(folder, 'tls.key'), join(folder, 'tls.pem')];
    const curve =
      '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=x -addext subjectAltName=IP:127.0.0.1';
    const command = `req -x509 ${curve} -days 2 -keyout ${keyFile} -out ${certFile}`;
    execFileSync('openssl', command.split(' '), { stdio: 'ignore' });
    const certificateAuthority = await readFile(certFile, 'utf8');
    await using secure = await KeyServer.start({ key: await readFile(keyFile, 'utf8'), cert: certificateAuthority });
    secure.issue(jwksOf(key));
    const verify = async (section: Written) =>
      (await (await open({ issuer: secure.url, ...section })).verify(token({ iss: secure.url }))).outcome;

    expect(await verify({ certificateAuthority })).toBe('accepted');
    issuers = [];
    expect(await verify({ certificateAuthorityFile: certFile })).toBe('accepted');
    issuers = [];
    expect(await verify({})).toBe('unavailable');
    issuers = [];
    await expect(verify({ certificateAuthority: 'none' })).rejects.toThrow('is no PEM certificate');
  });
});
