import { FakeClock } from '@berth/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  aKey,
  jwksOf,
  pemOf,
  type SampleKey,
  signed,
  signedWithSecret,
  unsigned,
} from '../../../test/tokens/sample-keys.js';
import { importJose } from './jose.js';
import { KeySet } from './keys/key-set.js';
import type { KeySource } from './keys/key-source.js';
import { type CheckedToken, TokenCheck } from './token-check.js';

const clock = new FakeClock();
const now = clock.now() / 1000;
const claims = { iss: 'somebody', sub: 'alice', aud: 'registry', iat: now, nbf: now, exp: now + 300 };

const rejected = (reason: string) => ({ outcome: 'rejected', reason });

function sourceOf(text: string): KeySource {
  const set = KeySet.parse(text);
  return {
    find: (hint) => {
      const keys = set.find(hint);
      return Promise.resolve(keys.length > 0 ? { outcome: 'found', keys } : { outcome: 'unknown' });
    },
    close: () => undefined,
  };
}

let check: TokenCheck;
let key: SampleKey;
let keys: KeySource;

beforeAll(async () => {
  check = new TokenCheck(await importJose(), clock);
  key = aKey();
  keys = sourceOf(JSON.stringify(jwksOf(key)));
});

const ask = (token: string, source = keys, issuer?: string): Promise<CheckedToken> =>
  check.check(token, { keys: source, audiences: ['registry', 'other'], issuer });

describe('a token', () => {
  it.each(['ES256', 'ES384', 'ES512', 'EdDSA', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'])(
    'is valid where it is signed by %s with the right key, from a JWKS or from PEM',
    async (alg) => {
      const signer = aKey(alg);
      const token = signed(signer, claims);

      expect(await ask(token, sourceOf(JSON.stringify(jwksOf(signer))))).toMatchObject({
        outcome: 'valid',
        claims,
        until: claims.exp * 1000,
      });
      expect(await ask(token, sourceOf(pemOf(signer.publicKey)))).toMatchObject({ outcome: 'valid' });
    },
  );

  it('may be for several audiences, of which one is ours', async () => {
    expect(await ask(signed(key, { ...claims, aud: ['elsewhere', 'other'] }))).toMatchObject({ outcome: 'valid' });
  });

  it('may be a minute off, for clocks that differ', async () => {
    const early = { ...claims, iat: now + 59, nbf: now + 59, exp: now + 400 };
    expect(await ask(signed(key, early))).toMatchObject({ outcome: 'valid' });
    expect(await ask(signed(key, { ...claims, exp: now - 59 }))).toMatchObject({ outcome: 'valid' });
  });

  it.each([
    ['has expired', { exp: now - 61 }, 'it has expired'],
    ['is not valid yet', { nbf: now + 61 }, 'it is not valid yet'],
    ['was issued in the future', { iat: now + 61 }, 'it is not valid yet'],
    ['is for another audience', { aud: 'elsewhere' }, 'it is for another audience'],
    ['is for nobody', { aud: undefined }, 'it is for another audience'],
    ['never expires', { exp: undefined }, 'it does not say when it expires'],
    ['expires at no number', { exp: 'tomorrow' }, 'it does not say when it expires'],
  ])('is refused where it %s', async (_, changed, reason) => {
    expect(await ask(signed(key, { ...claims, ...changed }))).toEqual(rejected(reason));
  });

  it('is refused where it is of another issuer than is asked for', async () => {
    expect(await ask(signed(key, claims), keys, 'somebody')).toMatchObject({ outcome: 'valid' });
    expect(await ask(signed(key, claims), keys, 'nobody')).toEqual(rejected('it is of another issuer'));
  });

  it.each(['none', 'None', 'NONE'])('is refused where nobody has signed it and it says %s', async (alg) => {
    expect(await ask(unsigned(claims, alg))).toEqual(rejected('its algorithm is not accepted'));
  });

  it('is refused where it is signed with a public key as a shared secret', async () => {
    const rsa = aKey('RS256');
    const pem = pemOf(rsa.publicKey);
    const source = sourceOf(pem);

    expect(await ask(signedWithSecret(pem, claims), source)).toEqual(rejected('its algorithm is not accepted'));
    expect(await ask(signedWithSecret(pem, claims, { alg: 'RS256' }), source)).toEqual(
      rejected('its signature is wrong'),
    );
  });

  it('is refused where its key is not known', async () => {
    expect(await ask(signed(aKey('ES256', 'other'), claims))).toEqual(rejected('its key is not known'));
  });

  it('is refused where it names our key and is signed with another, or brings its own', async () => {
    const other = aKey();
    expect(await ask(signed(other, claims))).toEqual(rejected('its signature is wrong'));
    expect(await ask(signed(other, claims, { jwk: other.jwk }))).toEqual(rejected('its signature is wrong'));
  });

  it('is refused where its algorithm does not go with the key', async () => {
    const rsa = aKey('RS256', key.kid);
    expect(await ask(signed(rsa, claims))).toEqual(rejected('its key is not known'));
  });

  it('is tried with each key that fits, where it names none', async () => {
    const source = sourceOf(JSON.stringify(jwksOf(aKey('ES256', 'a'), key, aKey('RS256', 'c'))));
    expect(await ask(signed(key, claims, { kid: undefined }), source)).toMatchObject({ outcome: 'valid' });
    expect(await ask(signed(aKey(), claims, { kid: undefined }), source)).toEqual(rejected('its signature is wrong'));
  });

  it('is refused where it asks for an extension that nobody knows', async () => {
    const token = signed(key, claims, { crit: ['http://example.com/x'], 'http://example.com/x': true });
    expect(await ask(token)).toEqual(rejected('it is malformed'));
  });

  it.each([
    '',
    '.',
    '..',
    'a.b',
    'a.b.c',
    'a.b.c.d.e',
    '{}.{}.{}',
    '\u0000',
    'e30.e30.e30',
    'bnVsbA.bnVsbA.',
    'x'.repeat(60_000),
  ])('is refused where it is none, such as %j', async (text) => {
    expect(await ask(text)).toEqual(rejected('it is malformed'));
  });

  it.each([{ alg: 5 }, { alg: undefined }, { kid: 5 }, { kid: { a: 1 } }, { b64: false, crit: ['b64'] }])(
    'is refused where its header says %j',
    async (header) => {
      expect(await ask(signed(key, claims, header))).toEqual(rejected('it is malformed'));
    },
  );

  it('is refused where one character of it was changed', async () => {
    const token = signed(key, claims);
    const [header = '', body = '', signature = ''] = token.split('.');
    const grown = Buffer.from(JSON.stringify({ ...claims, sub: 'admin' })).toString('base64url');
    expect(await ask(`${header}.${grown}.${signature}`)).toEqual(rejected('its signature is wrong'));
    expect(await ask(`${header}.${body}.`)).toEqual(rejected('its signature is wrong'));
  });

  it('cannot be told where the keys cannot be fetched', async () => {
    const unreachable: KeySource = {
      find: () => Promise.resolve({ outcome: 'unavailable', reason: 'gone' }),
      close: () => undefined,
    };
    expect(await ask(signed(key, claims), unreachable)).toEqual({ outcome: 'unavailable', reason: 'gone' });
  });
});
