import { type LoginForms, LoginMethods } from '@berth/sdk';
import { afterEach, describe, expect, it } from 'vitest';
import { AuthState } from '../../src/auth/auth-state.js';
import { authSettingsOf } from '../../src/auth-settings-of.js';
import { checkValues } from '../../src/config/check-values.js';
import { createTestRegistry, type TestRegistry } from '../kit/index.js';
import { GuardedRegistry } from './guarded.js';

function formsOf({ application }: TestRegistry): LoginForms {
  return application.get<LoginMethods>(LoginMethods, { strict: false }).current();
}

describe('what pages are told of how users log in', () => {
  let close: (() => Promise<void>) | undefined;
  afterEach(() => close?.());

  it('is nothing where nothing is configured', async () => {
    const registry = await createTestRegistry();
    close = () => registry.close();
    expect(formsOf(registry)).toEqual({ password: false, bearer: undefined, apiKeys: false });
  });

  it('is what the configuration has, and after a reload what it has then', async () => {
    const guarded = new GuardedRegistry(['jane']);
    close = () => guarded.close();
    await guarded.start({ auth: { apikey: true, bearer: { service: 'the-registry' } } });
    const bearer = { realm: undefined, service: 'the-registry' };
    expect(formsOf(guarded.registry)).toEqual({ password: true, bearer, apiKeys: true });
    const { config } = checkValues({ http: { auth: { htpasswd: { path: guarded.htpasswd } } } });
    await guarded.registry.application.get(AuthState).reload(authSettingsOf(config.http, undefined));
    expect(formsOf(guarded.registry)).toEqual({ password: true, bearer: undefined, apiKeys: false });
  });
});
