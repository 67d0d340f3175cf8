import { describe, expect, it } from 'vitest';
import { parseDockerConfig, parseZotCredentials } from './login.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const password = (user: string, secret: string): object => ({ kind: 'password', user, password: secret });

describe("zot's file of credentials", () => {
  it('has a user and a password for each host', () => {
    const logins = parseZotCredentials('{ "Registry.example:5000": { "username": "u", "password": "p" } }');
    expect([...logins]).toEqual([['registry.example:5000', password('u', 'p')]]);
  });

  it.each(['[]', '{', '{ "a": { "username": "u" } }', '{ "a": { "username": "u", "password": 7 } }', '{ "a": null }'])(
    'is refused as %s',
    (text) => {
      expect(() => parseZotCredentials(text)).toThrow();
    },
  );

  it('shows nothing of itself in what is said of it', () => {
    expect(() => parseZotCredentials('{ "a": "secret"')).toThrow(/^it is not JSON$/);
  });
});

describe("docker's configuration", () => {
  it.each([
    [{ auth: base64('u:p:q') }, password('u', 'p:q')],
    [{ username: 'u', password: 'p' }, password('u', 'p')],
    [
      { auth: base64('u:'), identitytoken: 't' },
      { kind: 'identity', token: 't' },
    ],
    [{ auth: base64('<token>:t') }, { kind: 'identity', token: 't' }],
    [{ auth: base64('nothing') }, undefined],
    [{}, undefined],
    ['text', undefined],
  ])('says by %j how to log in', (entry, expected) => {
    const { logins } = parseDockerConfig(JSON.stringify({ auths: { 'https://index.docker.io/v1/': entry } }));
    expect(logins.get('index.docker.io')).toEqual(expected);
  });

  it('names helpers for hosts and for all others', () => {
    const { helpers, store } = parseDockerConfig(
      '{ "credHelpers": { "gcr.io": "gcloud", "x": 7 }, "credsStore": "pass" }',
    );
    expect([[...helpers], store]).toEqual([[['gcr.io', 'gcloud']], 'pass']);
  });

  it('may have nothing of that', () => {
    expect(parseDockerConfig('{ "auths": [], "credsStore": "" }')).toEqual({
      logins: new Map(),
      helpers: new Map(),
      store: undefined,
    });
  });
});
