import { type CredentialBackend, type CredentialResult, type Credentials, definePlugin } from '@berth/sdk';
import { Injectable } from '@nestjs/common';
import { createTestRegistry, type TestRegistry } from '@berth/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuthState } from '../../src/auth/auth-state.js';
import { checkValues } from '../../src/config/check-values.js';
import { authSettingsOf } from '../../src/auth-settings-of.js';
import { basic, GuardedRegistry } from './guarded.js';

/** Knows `badge` and nobody else, and says that `both` has another password than the file says. */
@Injectable()
class BadgeReader implements CredentialBackend {
  verify({ user, password }: Credentials): Promise<CredentialResult> {
    if (user === 'both') return Promise.resolve({ outcome: 'rejected' });
    if (user !== 'badge') return Promise.resolve({ outcome: 'unknownUser' });
    const isRight = password === 'badge-secret';
    return Promise.resolve(isRight ? { outcome: 'accepted', user, groups: ['staff'] } : { outcome: 'rejected' });
  }
}

const badges = definePlugin({ name: 'badges', credentialBackends: [BadgeReader] });
const RULES = { repositories: { 'staff/**': { policies: [{ groups: ['staff'], actions: ['read'] }] } } };

describe('a credential backend that a plugin contributes', () => {
  const guarded = new GuardedRegistry(['file', 'both']);
  const ping = async (user: string, password?: string): Promise<number> =>
    (await guarded.send('GET', '/v2/', basic(user, password))).status;

  beforeAll(() => guarded.start({ accessControl: RULES }, { plugins: [{ plugin: badges }] }));
  afterAll(() => guarded.close());

  it('is asked before the file, and the file for whom it does not know', async () => {
    expect(await ping('badge')).toBe(200);
    expect(await ping('file')).toBe(200);
    expect(await ping('both')).toBe(401);
    expect(await ping('badge', 'wrong')).toBe(401);
  });

  it('says in which groups a user is', async () => {
    expect((await guarded.send('GET', '/v2/staff/x/tags/list', basic('badge'))).status).toBe(404);
    expect((await guarded.send('GET', '/v2/staff/x/tags/list', basic('file'))).status).toBe(403);
  });

  it('is asked after a reload as before', async () => {
    const { config } = checkValues({ http: { accessControl: {} } });
    await guarded.registry.application.get(AuthState).reload(authSettingsOf(config.http, undefined));
    expect(await ping('badge')).toBe(200);
    expect(await ping('file')).toBe(401);
  });
});

describe('an API key of whom only such a backend knows', () => {
  const guarded = new GuardedRegistry(['file']);
  beforeAll(() => guarded.start({ auth: { apikey: true } }, { plugins: [{ plugin: badges }] }));
  afterAll(() => guarded.close());

  it('is not to be had where the backend cannot tell whether its owner is still there', async () => {
    const make = (user: string): ReturnType<GuardedRegistry['send']> =>
      guarded.send(
        'POST',
        '/zot/auth/apikey',
        { ...basic(user), 'content-type': 'application/json' },
        Buffer.from('{}'),
      );
    expect((await make('badge')).status).toBe(403);
    expect((await make('file')).status).toBe(201);
  });
});

describe('a server with nothing but such a backend', () => {
  let registry: TestRegistry;

  beforeAll(async () => {
    registry = await createTestRegistry({ plugins: [{ plugin: badges }] });
  });
  afterAll(() => registry.close());

  it('lets in who is known, and nobody else', async () => {
    expect((await registry.request('GET', '/v2/_catalog')).status).toBe(401);
    expect((await registry.request('GET', '/v2/_catalog', { headers: basic('badge') })).status).toBe(200);
  });
});
