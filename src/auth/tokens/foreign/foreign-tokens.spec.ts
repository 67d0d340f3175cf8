import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../../test/spec/until.js';
import { BearerStage } from '../../../../test/tokens/bearer-stage.js';
import { KeyServer } from '../../../../test/tokens/key-server.js';
import { aKey, type Claims, jwksOf, pemOf, signed } from '../../../../test/tokens/sample-keys.js';

const { signal } = new AbortController();

let stage: BearerStage;
beforeEach(async () => {
  stage = await BearerStage.make();
});
afterEach(() => stage[Symbol.asyncDispose]());

const accepted = (identity: object) => ({ outcome: 'accepted', identity });

const service = 'registry.example.com';

describe("a token of somebody else's token server", () => {
  const key = aKey('RS256');
  const other = aKey('ES256');
  const claims = (access: unknown): Claims => ({
    iss: 'whoever',
    sub: 'bob',
    aud: service,
    exp: stage.now + 300,
    access,
  });
  const realm = 'https://auth.example.com/token';

  async function limitsOf(access: unknown): Promise<unknown> {
    const tokens = await stage.open({ realm, service, cert: await stage.write('cert.pem', pemOf(key.publicKey)) });
    const result = await tokens.verify(signed(key, claims(access)), signal);
    return result.outcome === 'accepted' ? result.identity.limits : result;
  }

  it('grants what it says, whatever the rules are', async () => {
    const tokens = await stage.open({
      realm,
      service,
      cert: await stage.write('keys.json', JSON.stringify(jwksOf(other, key))),
    });
    const access = [
      { type: 'repository', name: 'a/b', actions: ['pull', 'push'] },
      { type: 'repository', name: 'c', actions: ['*'] },
      { type: 'registry', name: 'catalog', actions: ['*'] },
    ];
    expect(await tokens.verify(signed(key, claims(access)), signal)).toMatchObject(
      accepted({
        user: 'bob',
        groups: [],
        method: 'bearer',
        isGrantedElsewhere: true,
        mayListCatalog: true,
        limits: [
          { repositories: 'a/b', actions: ['read', 'create', 'update'] },
          { repositories: 'c', actions: ['read', 'create', 'update', 'delete'] },
        ],
        claims: { iss: 'whoever' },
      }),
    );
    expect(tokens.issuer).toBeUndefined();
  });

  it.each([
    [undefined],
    [null],
    ['all'],
    [[null, 5, 'text', []]],
    [[{ type: 'repository', name: 'a' }]],
    [[{ type: 'repository', name: 'a', actions: 'pull' }]],
    [[{ type: 'repository', name: ['a'], actions: ['pull'] }]],
    [[{ type: 'repository', name: '**', actions: ['*'] }]],
    [[{ type: 'repository', name: '*', actions: ['*'] }]],
    [[{ type: 'repository', name: '{a,b}', actions: ['*'] }]],
    [[{ type: 'repository', name: 'a', actions: ['pull'], exp: 'never' }]],
    [[{ type: 'repository', name: 'a', actions: ['pull'], exp: 1 }]],
    [[{ type: 'Repository', name: 'a', actions: ['pull'] }]],
  ])('grants nothing with the access %j', async (access) => {
    expect(await limitsOf(access)).toEqual([]);
  });

  it('grants nothing with actions that are none', async () => {
    expect(
      await limitsOf([{ type: 'repository', name: 'a', actions: ['Pull', 'admin', 5, 'toString', null] }]),
    ).toEqual([{ repositories: 'a', actions: [] }]);
  });

  it('is remembered no longer than its shortest entry lasts', async () => {
    const tokens = await stage.open({ realm, service, cert: await stage.write('cert.pem', pemOf(key.publicKey)) });
    const entry = { type: 'repository', name: 'a', actions: ['pull'], exp: stage.now + 60 };
    const token = signed(key, claims([entry]));
    expect(await tokens.verify(token, signal)).toMatchObject(accepted({ limits: [{ repositories: 'a' }] }));
    stage.clock.advance(121_000);

    expect(await tokens.verify(token, signal)).toMatchObject(accepted({ limits: [] }));
  });

  it('is refused once the file of keys has others, also where it was remembered', async () => {
    const cert = await stage.write('cert.pem', pemOf(key.publicKey));
    const tokens = await stage.open({ realm, service, cert });
    const token = signed(key, claims([]));
    expect(await tokens.verify(token, signal)).toMatchObject({ outcome: 'accepted' });
    await stage.write('cert.pem', pemOf(aKey('RS256').publicKey));

    await until('it is refused', async () => (await tokens.verify(token, signal)).outcome === 'rejected');
  });

  it('is verified with keys at a URL, which may change', async () => {
    await using server = await KeyServer.start();
    server.answers.set('/keys', { json: jwksOf(key) });
    const tokens = await stage.open({ realm, service, jwks: `${server.url}/keys` });
    expect(await tokens.verify(signed(key, claims([])), signal)).toMatchObject({ outcome: 'accepted' });
    server.answers.set('/keys', { json: jwksOf(other) });
    stage.clock.advance(30_000);

    expect(await tokens.verify(signed(other, claims([])), signal)).toMatchObject({ outcome: 'accepted' });
    expect(await tokens.verify(signed(key, claims([])), signal)).toMatchObject({ outcome: 'rejected' });
  });
});
