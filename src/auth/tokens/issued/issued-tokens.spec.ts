import { join } from 'node:path';
import { ANONYMOUS, type Identity } from '@berth/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../../test/spec/until.js';
import { BearerStage } from '../../../../test/tokens/bearer-stage.js';
import { aKey, claimsOf, pemOf } from '../../../../test/tokens/sample-keys.js';
import type { BearerTokens } from '../bearer-tokens.js';

const { signal } = new AbortController();

let stage: BearerStage;
beforeEach(async () => {
  stage = await BearerStage.make();
});
afterEach(() => stage[Symbol.asyncDispose]());

const accepted = (identity: object) => ({ outcome: 'accepted', identity });

const alice: Identity = { user: 'alice', groups: ['team'], method: 'basic' };

async function issue(tokens: BearerTokens, identity: Identity, ...scopes: string[]): Promise<string> {
  return (await tokens.issuer?.issue(identity, scopes))?.token ?? expect.fail('it issues no tokens');
}

describe('a token of this registry', () => {
  it('says who has it, and is limited to what was asked and given', async () => {
    stage.may = (identity, action, repository) =>
      identity.user === 'alice' && action !== 'delete' && repository === 'a/b';
    const tokens = await stage.open({});
    const token = await issue(tokens, alice, 'repository:a/b:pull,push,delete', 'repository:c:pull');

    expect(await tokens.verify(token, signal)).toMatchObject(
      accepted({
        user: 'alice',
        groups: ['team'],
        method: 'bearer',
        limits: [{ repositories: 'a/b', actions: ['read', 'create', 'update'] }],
      }),
    );
    expect(claimsOf(token)).toMatchObject({
      iss: 'berth',
      aud: 'berth',
      sub: 'alice',
      access: [{ type: 'repository', name: 'a/b', actions: ['pull', 'push'] }],
    });
  });

  it('keeps to create and to update apart, which to Docker are one', async () => {
    stage.may = (_, action) => action === 'create';
    const tokens = await stage.open({});
    const token = await issue(tokens, alice, 'repository:a:*');

    expect(claimsOf(token)['access']).toMatchObject([{ actions: ['push'] }]);
    expect(await tokens.verify(token, signal)).toMatchObject(
      accepted({ limits: [{ repositories: 'a', actions: ['create'] }] }),
    );
  });

  it('may be for nothing, and still says who has it', async () => {
    const tokens = await stage.open({});
    expect(await tokens.verify(await issue(tokens, alice), signal)).toMatchObject(
      accepted({ user: 'alice', limits: [] }),
    );
  });

  it('may be for nobody known', async () => {
    stage.may = (identity, action) => identity.user === undefined && action === 'read';
    const tokens = await stage.open({});
    const token = await issue(tokens, ANONYMOUS, 'repository:base:pull,push');

    expect(claimsOf(token)).not.toHaveProperty('sub');
    expect(await tokens.verify(token, signal)).toMatchObject(
      accepted({ user: undefined, groups: [], limits: [{ repositories: 'base', actions: ['read'] }] }),
    );
  });

  it('may be for the list of all repositories', async () => {
    const tokens = await stage.open({});
    const result = await tokens.verify(await issue(tokens, alice, 'registry:catalog:*'), signal);
    expect(result).toMatchObject(accepted({ limits: [], mayListCatalog: true }));
  });

  it('is not for that list where it was got with a credential that is limited', async () => {
    const tokens = await stage.open({});
    const limited = { ...alice, limits: [{ repositories: 'team/**', actions: ['read' as const] }] };
    const result = await tokens.verify(await issue(tokens, limited, 'registry:catalog:*'), signal);
    expect(result).not.toHaveProperty('identity.mayListCatalog');
  });

  it('names the API key that it was got with, and what was claimed at the login', async () => {
    const tokens = await stage.open({});
    const token = await issue(tokens, { ...alice, credentialId: 'key-1', claims: { team: 'x' } });
    expect(await tokens.verify(token, signal)).toMatchObject(
      accepted({ credentialId: 'key-1', claims: { team: 'x' } }),
    );
  });

  it('is decided without the circumstances of the request for it', async () => {
    const seen: Identity[] = [];
    stage.may = (identity) => seen.push(identity) > 0;
    const circumstances = {
      method: 'GET',
      userAgent: '',
      reference: '',
      address: '',
      forwardedFor: '',
      tlsVersion: undefined,
    };
    await issue(await stage.open({}), { ...alice, circumstances }, 'repository:a:pull');
    expect(seen).toEqual([alice]);
  });

  it('lives as long as is configured, and outlives an identity token by a minute at most', async () => {
    const tokens = await stage.open({});
    const lives = async (identity: Identity) => (await tokens.issuer?.issue(identity, []))?.expiresIn;
    const identityToken = (left: number): Identity => ({
      ...alice,
      method: 'oidc',
      claims: { exp: stage.now + left },
    });
    expect(await lives(alice)).toBe(300);
    expect([await lives(identityToken(3600)), await lives(identityToken(100)), await lives(identityToken(1))]).toEqual([
      300, 100, 60,
    ]);
  });

  it('is refused once it has expired, also where it was remembered', async () => {
    const tokens = await stage.open({});
    const token = await issue(tokens, alice);
    await tokens.verify(token, signal);
    stage.clock.advance(361_000);

    expect(await tokens.verify(token, signal)).toEqual({ outcome: 'rejected', reason: 'it has expired' });
  });

  it('is valid at every process that has the same facts, and at no other', async () => {
    const token = await issue(await stage.open({}), alice);
    expect(await (await stage.open({})).verify(token, signal)).toMatchObject({ outcome: 'accepted' });

    const other = await stage.open({ key: await stage.write('other.pem', pemOf(aKey().privateKey)) });
    expect(await other.verify(token, signal)).toEqual({ outcome: 'rejected', reason: 'its key is not known' });
    expect(await (await stage.open({ service: 'elsewhere' })).verify(token, signal)).toEqual({ outcome: 'foreign' });
  });

  it.each(['ES256', 'ES384', 'ES512', 'EdDSA', 'RS256'])('may be signed with a key for %s', async (alg) => {
    const tokens = await stage.open({ key: await stage.write('key.pem', pemOf(aKey(alg).privateKey)) });
    expect(await tokens.verify(await issue(tokens, alice), signal)).toMatchObject({ outcome: 'accepted' });
  });

  it('is refused once its key was replaced, also where it was remembered', async () => {
    const key = await stage.write('key.pem', pemOf(aKey().privateKey));
    const tokens = await stage.open({ key });
    const token = await issue(tokens, alice);
    await tokens.verify(token, signal);
    await stage.write('key.pem', pemOf(aKey().privateKey));

    await until('it is refused', async () => (await tokens.verify(token, signal)).outcome === 'rejected');
    expect(await tokens.verify(await issue(tokens, alice), signal)).toMatchObject({ outcome: 'accepted' });
  });

  it.each([
    ['absent.pem', undefined, 'ENOENT'],
    ['public.pem', pemOf(aKey().publicKey), 'it is no PEM private key without a passphrase'],
    ['text.pem', 'secret', 'it is no PEM private key without a passphrase'],
  ])('cannot be signed with %s', async (name, text, message) => {
    const key = text === undefined ? join(stage.folder, name) : await stage.write(name, text);
    await expect(stage.open({ key })).rejects.toThrow(message);
    await expect(stage.open({ key })).rejects.not.toThrow(/secret/);
  });
});
