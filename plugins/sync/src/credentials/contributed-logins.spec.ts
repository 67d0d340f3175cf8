import { FakeClock, FakePluginLogger, FakeContributedCredentials } from '@berth/sdk/testing';
import type { UpstreamLoginAnswer } from '@berth/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { ContributedLogins } from './contributed-logins.js';

const HOST = 'registry.example.com';
const LIFE = 100_000;
let clock: FakeClock;
let asked: number;
let answer: () => Promise<UpstreamLoginAnswer>;

function numbered(): UpstreamLoginAnswer {
  return { login: { kind: 'basic', user: 'u', password: `p${String(asked)}` }, expiresAt: clock.now() + LIFE };
}

function logins(helper = 'vault'): ContributedLogins {
  const vault = {
    loginFor: () => {
      asked += 1;
      return answer();
    },
  };
  const helpers = new FakeContributedCredentials({ vault });
  return new ContributedLogins({ helper, settings: { path: 'x' }, helpers, clock, logger: new FakePluginLogger() });
}

beforeEach(() => {
  clock = new FakeClock();
  asked = 0;
  answer = () => Promise.resolve(numbered());
});

describe('the logins of a helper', () => {
  const password = (at: number) => ({ kind: 'password', user: 'u', password: `p${String(at)}` });

  it('are asked for once, however many want one', async () => {
    const known = logins();
    const all = await Promise.all([known.loginFor(HOST), known.loginFor(HOST), known.loginFor(HOST)]);
    expect(all).toEqual([password(1), password(1), password(1)]);
    expect(await known.loginFor(HOST)).toEqual(password(1));
    expect(asked).toBe(1);
  });

  it('are fetched anew before they run out, and nobody waits for it', async () => {
    const known = logins();
    await known.loginFor(HOST);
    clock.advance(LIFE * 0.9);
    const slow = Promise.withResolvers<UpstreamLoginAnswer>();
    answer = () => slow.promise;
    expect(await known.loginFor(HOST)).toEqual(password(1));
    slow.resolve(numbered());
    await expect.poll(() => known.loginFor(HOST)).toEqual(password(2));
    expect(asked).toBe(2);
  });

  it('hold on where the helper fails, until they have run out', async () => {
    const known = logins();
    await known.loginFor(HOST);
    answer = () => Promise.reject(new Error('the vault is sealed'));
    clock.advance(LIFE * 0.95);
    expect(await known.loginFor(HOST)).toEqual(password(1));
    clock.advance(LIFE * 0.05);
    await expect(known.loginFor(HOST)).rejects.toMatchObject({
      upstream: HOST,
      message: 'its credential helper vault gives no login',
    });
  });

  it('are not asked for again within five seconds of a failure', async () => {
    const known = logins();
    answer = () => Promise.reject(new Error('the vault is sealed'));
    for (let round = 0; round < 3; round++) await expect(known.loginFor(HOST)).rejects.toThrow();
    expect(asked).toBe(1);
    clock.advance(5000);
    answer = () => Promise.resolve(numbered());
    expect(await known.loginFor(HOST)).toEqual(password(2));
  });

  it('are tokens that are said as they are, identities, or none', async () => {
    answer = () => Promise.resolve({ login: { kind: 'bearer', token: 't' } });
    expect(await logins().loginFor(HOST)).toEqual({ kind: 'bearer', token: 't' });
    answer = () => Promise.resolve({ login: { kind: 'basic', user: '<token>', password: 't' } });
    expect(await logins().loginFor(HOST)).toEqual({ kind: 'identity', token: 't' });
    answer = () => Promise.resolve({ login: undefined });
    expect(await logins().loginFor(HOST)).toBeUndefined();
  });

  it('are none of a helper that is not there', async () => {
    await expect(logins('other').loginFor(HOST)).rejects.toThrow('its credential helper other gives no login');
  });
});
