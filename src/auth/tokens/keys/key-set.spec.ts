import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { aKey, jwksOf, pemOf } from '../../../../test/tokens/sample-keys.js';
import { describeWith } from '../../../../test/requirements/requires.js';
import { KeySet } from './key-set.js';

const found = (set: KeySet, alg: string, kid?: string) => set.find({ alg, kid }).length;

describe('a set of keys', () => {
  it('holds several keys in PEM, one after the other', () => {
    const set = KeySet.parse(`${pemOf(aKey('ES256').publicKey)}\n${pemOf(aKey('RS256').publicKey)}`);

    expect([found(set, 'ES256'), found(set, 'RS256'), found(set, 'PS512'), found(set, 'ES384')]).toEqual([1, 1, 1, 0]);
  });

  it('gives a key without an id for any id, and a key with one for that alone', () => {
    expect(found(KeySet.parse(pemOf(aKey().publicKey)), 'ES256', 'any')).toBe(1);
    const set = KeySet.ofJwks(jwksOf(aKey('ES256', 'a'), aKey('ES256', 'b')));
    expect([found(set, 'ES256', 'a'), found(set, 'ES256', 'c'), found(set, 'ES256')]).toEqual([1, 0, 2]);
  });

  it('may be a single JWK', () => {
    expect(found(KeySet.parse(JSON.stringify(aKey().jwk)), 'ES256')).toBe(1);
  });

  it('passes over keys that are not for signatures, shared, broken, or of a kind that is not known', () => {
    const good = aKey('RS256', 'good').jwk;
    const bad = [
      { ...good, use: 'enc' },
      { kty: 'oct', k: 'c2VjcmV0', kid: 'shared' },
      { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' },
      { kty: 'AKP', alg: 'ML-DSA-44', pub: 'AA' },
      null,
      'text',
    ];
    expect(found(KeySet.ofJwks({ keys: [...bad, good] }), 'RS256')).toBe(1);
    expect(() => KeySet.ofJwks({ keys: bad })).toThrow('it holds no key that verifies tokens');
  });

  it('uses a key for no other algorithm than it says', () => {
    const set = KeySet.ofJwks({ keys: [{ ...aKey('RS256').jwk, alg: 'RS512' }] });
    expect([found(set, 'RS512'), found(set, 'RS256'), found(set, 'HS256')]).toEqual([1, 0, 0]);
  });

  it.each([
    ['', 'it is neither PEM nor JSON'],
    ['not json', 'it is neither PEM nor JSON'],
    ['[]', 'it is no JWKS'],
    ['null', 'it is no JWKS'],
    ['{}', 'it is no JWKS: it has no list "keys"'],
    ['{"keys":[]}', 'it holds no key that verifies tokens'],
    ['-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', 'its public key cannot be read'],
    ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', 'its certificate cannot be read'],
  ])('is refused where it is written %j', (text, message) => {
    expect(() => KeySet.parse(text)).toThrow(message);
  });

  it('is refused where it is a private key, of which nothing is said', () => {
    expect(() => KeySet.parse(pemOf(aKey().privateKey))).toThrow(
      new Error('it holds a private key, where a public one is wanted'),
    );
  });
});

describeWith({ programs: ['openssl'] }, 'a certificate', () => {
  it('gives its public key', () => {
    const request = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=x -keyout /dev/null';
    const pem = execFileSync('openssl', request.split(' '), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    expect(found(KeySet.parse(pem), 'ES256', 'any')).toBe(1);
  });
});
