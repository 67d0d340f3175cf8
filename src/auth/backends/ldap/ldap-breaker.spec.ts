import { FakeClock } from '@berth/sdk/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LdapBreaker } from './ldap-breaker.js';

let isBack: boolean;
let tries: number;
let changes: boolean[];
let clock: FakeClock;
let breaker: LdapBreaker;

beforeEach(() => {
  [isBack, tries, changes, clock] = [false, 0, [], new FakeClock()];
  breaker = new LdapBreaker({
    clock,
    failures: 3,
    interval: 3_600_000,
    tryServer: () => {
      tries += 1;
      return isBack ? Promise.resolve() : Promise.reject(new Error('still away'));
    },
    onChange: (isOpen) => changes.push(isOpen),
  });
});
afterEach(() => {
  breaker.stop();
});

function fail(times: number): void {
  for (let count = 0; count < times; count += 1) breaker.failed();
}

describe('LdapBreaker', () => {
  it('opens after so many failures in a row, and says so once', () => {
    fail(2);
    breaker.succeeded();
    fail(2);
    expect(breaker.openSince).toBeUndefined();
    fail(5);
    expect(breaker.openSince).toBe(clock.now());
    expect(changes).toEqual([true]);
  });

  it('stays open while the server fails, and closes when it does not', async () => {
    fail(3);
    await breaker.tryNow();
    expect(breaker.openSince).toBeDefined();
    isBack = true;
    await breaker.tryNow();
    expect(breaker.openSince).toBeUndefined();
    expect(changes).toEqual([true, false]);
  });

  it('closes when a login that began before succeeds', () => {
    fail(3);
    breaker.succeeded();
    expect(breaker.openSince).toBeUndefined();
  });

  it('tries no server while it is closed, or after it was stopped', async () => {
    await breaker.tryNow();
    fail(3);
    breaker.stop();
    await breaker.tryNow();
    expect(tries).toBe(0);
  });
});
