import { RegistryError } from '@berth/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../test/kit/fake-clock.js';
import { LoginThrottle } from './login-throttle.js';

const HERE = '10.0.0.1';

let clock: FakeClock;
let slept: number[];
let throttle: LoginThrottle;

function create(failDelay = 0): void {
  throttle = new LoginThrottle(clock, failDelay, (milliseconds) => Promise.resolve(void slept.push(milliseconds)));
}

async function fail(times: number, user = 'ann', address = HERE): Promise<void> {
  for (let count = 0; count < times; count++) await throttle.failed(user, address);
}

beforeEach(() => {
  clock = new FakeClock();
  slept = [];
  create();
});

describe('the throttle of logins', () => {
  it('lets a slip of the finger pass at once, then takes twice as long each time, up to a bound', async () => {
    await fail(12);
    expect(slept).toEqual([250, 500, 1000, 2000, 4000, 8000, 8000, 8000, 8000]);
  });

  it('has every refusal take at least what the configuration says', async () => {
    create(1500);
    await fail(5);
    expect(slept).toEqual([1500, 1500, 1500, 1500, 1500]);
  });

  it('slows an address that tries many users, and a user who is tried from many addresses', async () => {
    for (let count = 0; count < 4; count++) await throttle.failed(`user-${String(count)}`, HERE);
    expect(slept).toEqual([250]);
    for (let count = 0; count < 4; count++) await throttle.failed('bob', `10.0.1.${String(count)}`);
    expect(slept).toEqual([250, 250]);
  });

  it('forgets the failures of who succeeds, and of everyone after a while', async () => {
    await fail(4);
    throttle.succeeded('ann');
    await fail(1, 'ann', '10.0.0.2');
    expect(slept).toEqual([250]);
    clock.advance(16 * 60_000);
    await fail(1);
    expect(slept).toEqual([250]);
  });

  it('refuses to try more for a user at an address while many refusals of it are held back, and holds up nobody else', async () => {
    const released = Promise.withResolvers<undefined>();
    throttle = new LoginThrottle(clock, 100, () => released.promise);
    const held = Array.from({ length: 16 }, () => throttle.failed('ann', HERE));
    expect(() => {
      throttle.admit('ann', HERE);
    }).toThrow(RegistryError);
    throttle.admit('bob', HERE);
    throttle.admit('ann', '10.0.0.2');
    released.resolve(undefined);
    await Promise.all(held);
    throttle.admit('ann', HERE);
  });
});
