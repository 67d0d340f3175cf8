import { ANONYMOUS } from '@berth/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BearerStage } from '../../../test/tokens/bearer-stage.js';
import { KeyServer } from '../../../test/tokens/key-server.js';
import { aKey, jwksOf, pemOf, signed } from '../../../test/tokens/sample-keys.js';
import { OidcIssuerConfig } from './oidc/oidc-issuer.config.js';

const { signal } = new AbortController();

let stage: BearerStage;
beforeEach(async () => {
  stage = await BearerStage.make();
});
afterEach(() => stage[Symbol.asyncDispose]());

const accepted = (identity: object) => ({ outcome: 'accepted', identity });

const [identityKey, registryKey] = [aKey('RS256', 'identity'), aKey('ES256', 'registry')];
const realm = 'https://auth.example.com/token';

function issuerAt({ url }: KeyServer): OidcIssuerConfig {
  return Object.assign(new OidcIssuerConfig(), { issuer: url, audiences: ['berth'] });
}

const claims = (iss: string, changed: object = {}) => ({
  iss,
  sub: 'x',
  aud: 'berth',
  exp: stage.now + 300,
  ...changed,
});

describe('bearer tokens', () => {
  it('may be of an issuer of identities and of this registry', async () => {
    await using server = await KeyServer.start();
    server.issue(jwksOf(identityKey));
    const tokens = await stage.open({ oidc: [issuerAt(server)] });
    const own = await tokens.issuer?.issue(ANONYMOUS, []);

    expect(await tokens.verify(signed(identityKey, claims(server.url)), signal)).toMatchObject(
      accepted({ method: 'oidc' }),
    );
    expect(await tokens.verify(own?.token ?? '', signal)).toMatchObject(accepted({ method: 'bearer' }));
    expect(await tokens.verify(signed(registryKey, claims('elsewhere')), signal)).toEqual({ outcome: 'foreign' });
    expect(await tokens.verify('no token', signal)).toEqual({ outcome: 'foreign' });
  });

  it('may be of one issuer for both, which has a key for each', async () => {
    await using server = await KeyServer.start();
    server.issue(jwksOf(identityKey));
    const cert = await stage.write('cert.pem', pemOf(registryKey.publicKey));
    const tokens = await stage.open({ realm, service: 'registry', cert, oidc: [issuerAt(server)] });
    const access = [{ type: 'repository', name: 'a', actions: ['pull'] }];
    const token = signed(registryKey, claims(server.url, { aud: 'registry', access }));

    expect(await tokens.verify(token, signal)).toMatchObject(accepted({ isGrantedElsewhere: true }));
    expect(await tokens.verify(signed(identityKey, claims(server.url)), signal)).toMatchObject(
      accepted({ method: 'oidc' }),
    );
    expect(await tokens.verify(signed(identityKey, claims(server.url, { exp: 1 })), signal)).toEqual({
      outcome: 'rejected',
      reason: 'it has expired',
    });
  });

  it('are fetched keys for again after a rotation, and those that are withdrawn are refused though remembered', async () => {
    await using server = await KeyServer.start();
    server.issue(jwksOf(identityKey));
    const tokens = await stage.open({ oidc: [issuerAt(server)] });
    const token = signed(identityKey, claims(server.url));
    await tokens.verify(token, signal);
    const asked = server.asked.length;
    await tokens.verify(token, signal);
    expect(server.asked).toHaveLength(asked);

    const rotated = aKey('RS256', 'rotated');
    server.issue(jwksOf(rotated));
    stage.clock.advance(30_000);
    expect(await tokens.verify(signed(rotated, claims(server.url)), signal)).toMatchObject({ outcome: 'accepted' });
    expect(await tokens.verify(token, signal)).toMatchObject({ outcome: 'rejected' });
  });

  it('cannot be opened with a file or an expression that is wrong, which is named', async () => {
    const broken = await stage.write('broken', '{}');
    await expect(stage.open({ realm, service: 'x', cert: broken })).rejects.toThrow(`Cannot use ${broken}`);
    await expect(stage.open({ key: broken })).rejects.toThrow(`Cannot sign tokens with ${broken}`);
    const issuer = Object.assign(new OidcIssuerConfig(), { issuer: 'x', audiences: ['a'], jwksFile: broken });
    await expect(stage.open({ oidc: [issuer] })).rejects.toThrow(`Cannot use ${broken}`);
    issuer.claimMapping.username = 'claims.';
    await expect(stage.open({ oidc: [issuer] })).rejects.toThrow('claimMapping.username');
  });

  it('are issued with one key by processes that begin at once', async () => {
    const [one, two] = await Promise.all([stage.open({}), stage.open({})]);
    const [first, second] = await Promise.all([one.issuer?.issue(ANONYMOUS, []), two.issuer?.issue(ANONYMOUS, [])]);

    expect(await two.verify(first?.token ?? '', signal)).toMatchObject({ outcome: 'accepted' });
    expect(await one.verify(second?.token ?? '', signal)).toMatchObject({ outcome: 'accepted' });
  });

  it('leave nothing of a key in the log, and one of the registry itself with the facts', async () => {
    await stage.open({});
    expect(await stage.keptKey()).toContain('PRIVATE KEY');
    expect(JSON.stringify(stage.lines.all)).not.toContain('PRIVATE');
  });

  it('of an issuer that cannot be asked are unavailable, unless somebody else knows them', async () => {
    await using server = await KeyServer.start();
    const cert = await stage.write('cert.pem', pemOf(registryKey.publicKey));
    const tokens = await stage.open({ realm, service: 'registry', cert, oidc: [issuerAt(server)] });

    expect(await tokens.verify(signed(identityKey, claims(server.url)), signal)).toMatchObject({
      outcome: 'unavailable',
    });
    expect(
      await tokens.verify(signed(registryKey, claims(server.url, { aud: 'registry', access: [] })), signal),
    ).toMatchObject({ outcome: 'accepted' });
  });
});
