import { validateSection } from '@berth/sdk';
import { describe, expect, it } from 'vitest';
import { BearerConfig } from './bearer.config.js';

/** Each key that is wrong, with what may stand there. */
function wrong(section: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const { violations } = validateSection(BearerConfig, section, { refuseUnknown: true });
  return Object.fromEntries(violations.map(({ key, allowed }) => [key, allowed]));
}

const foreign = { realm: 'https://auth.example.com/token', service: 'registry' };
const issuer = { issuer: 'https://token.example.com', audiences: ['berth'] };

describe('http.auth.bearer', () => {
  it.each([
    {},
    { ...foreign, cert: '/etc/berth/auth.crt' },
    { ...foreign, jwks: 'https://auth.example.com/keys' },
    { ...foreign, jwks: 'http://127.0.0.1:8000/keys' },
    { ...foreign, cert: 'x', oidc: [issuer] },
    { ...foreign, oidc: [issuer] },
    { key: '/etc/berth/tokens.pem', tokenLifetime: '15m' },
    { oidc: [issuer, { ...issuer, issuer: 'http://localhost:8080/realm' }] },
    { oidc: [{ issuer: 'kubernetes/serviceaccount', audiences: ['a'], jwksFile: 'keys.json' }] },
    {
      oidc: [
        {
          ...issuer,
          certificateAuthorityFile: 'ca.pem',
          skipIssuerVerification: true,
          claimMapping: {
            variables: [{ name: 'owner', expression: 'claims.repository_owner' }],
            validations: [{ expression: "vars.owner == 'org'", message: 'only org' }],
            username: 'claims.sub',
            groups: "['ci']",
          },
        },
      ],
    },
  ])('may be %j', (section) => {
    expect(wrong(section)).toEqual({});
  });

  it.each<[Record<string, unknown>, string[]]>([
    [{ realm: foreign.realm }, ['realm']],
    [{ realm: 'auth.example.com', oidc: [issuer] }, ['realm']],
    [{ realm: 'https://x/"', oidc: [issuer] }, ['realm']],
    [{ service: 'a"b' }, ['service']],
    [{ service: '' }, ['service']],
    [{ service: 'a\r\nSet-Cookie: x' }, ['service']],
    [{ cert: 'x' }, ['cert']],
    [{ cert: 'x', realm: foreign.realm }, ['cert']],
    [{ ...foreign, cert: '' }, ['cert']],
    [{ ...foreign, cert: 'x', jwks: 'https://x/keys' }, ['cert']],
    [{ jwks: 'https://x/keys' }, ['jwks']],
    [{ ...foreign, jwks: 'http://auth.example.com/keys' }, ['jwks']],
    [{ ...foreign, jwks: 'file:///etc/keys' }, ['jwks']],
    [{ ...foreign, jwks: 'https://user:password@auth.example.com/keys' }, ['jwks']],
    [{ ...foreign, cert: 'x', key: 'y' }, ['key']],
    [{ tokenLifetime: '59s' }, ['tokenLifetime']],
    [{ tokenLifetime: '25h' }, ['tokenLifetime']],
    [{ tokenLifetime: 300 }, ['tokenLifetime']],
    [{ oidc: 'x' }, ['oidc']],
    [{ oidc: [{}] }, ['oidc[0].issuer', 'oidc[0].audiences']],
    [{ oidc: [{ ...issuer, audiences: [] }] }, ['oidc[0].audiences']],
    [{ oidc: [{ ...issuer, audiences: [''] }] }, ['oidc[0].audiences']],
    [{ oidc: [{ ...issuer, issuer: 'http://token.example.com' }] }, ['oidc[0].issuer']],
    [{ oidc: [{ ...issuer, jwksFile: 'a', jwksUri: 'https://x/keys' }] }, ['oidc[0].jwksUri']],
    [
      { oidc: [{ ...issuer, certificateAuthority: 'a', certificateAuthorityFile: 'b' }] },
      ['oidc[0].certificateAuthority'],
    ],
    [{ oidc: [{ ...issuer, certificateAuthorityFile: 'b', jwksFile: 'c' }] }, ['oidc[0].certificateAuthorityFile']],
    [{ oidc: [{ ...issuer, claimMapping: { username: ' ' } }] }, ['oidc[0].claimMapping.username']],
    [
      { oidc: [{ ...issuer, claimMapping: { variables: [{ name: 'a-b', expression: '' }] } }] },
      ['oidc[0].claimMapping.variables[0].name', 'oidc[0].claimMapping.variables[0].expression'],
    ],
    [
      { oidc: [{ ...issuer, claimMapping: { validations: [{}] } }] },
      ['oidc[0].claimMapping.validations[0].expression'],
    ],
  ])('may not be %j', (section, keys) => {
    expect(Object.keys(wrong(section)).sort()).toEqual([...keys].sort());
  });

  it('says what may stand there', () => {
    expect(wrong({ realm: foreign.realm, tokenLifetime: '1s' })).toEqual({
      realm: 'beside `cert` or `jwks`, with which the tokens from there are verified, or `oidc`',
      tokenLifetime: 'a duration from "1m" to "24h"',
    });
    expect(wrong({ ...foreign, jwks: 'http://x/' })).toEqual({
      jwks: 'a URL with https, or with http on this machine, and without a password',
    });
  });
});
