import type { Identity } from '@berth/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../test/kit/fake-clock.js';
import { RememberedCredentials } from './remembered-credentials.js';

const ann: Identity = { user: 'ann', groups: [], method: 'basic' };

let clock: FakeClock;
let remembered: RememberedCredentials;

function remember(identity: Identity): string {
  const key = remembered.keyOf('Basic x');
  remembered.put(key, identity);
  return key;
}

beforeEach(() => {
  clock = new FakeClock();
  remembered = new RememberedCredentials(clock, 60_000);
});

describe('remembered credentials', () => {
  it('count for as long as the configuration says, and no longer', () => {
    const key = remember(ann);
    clock.advance(59_999);
    expect(remembered.get(key)).toBe(ann);
    clock.advance(1);
    expect(remembered.get(key)).toBeUndefined();
  });

  it('are forgotten on demand, those too that are being checked meanwhile', () => {
    const key = remember(ann);
    remembered.forget();
    remembered.put(key, ann);
    expect(remembered.get(remembered.keyOf('Basic x'))).toBeUndefined();
  });

  it('are held under a key that no two servers share, and that shows nothing of them', () => {
    const other = new RememberedCredentials(clock, 60_000);
    expect(remembered.keyOf('Basic x')).not.toBe(other.keyOf('Basic x'));
    expect(remembered.keyOf('Basic x')).toMatch(/^[0-9a-f]{64}$/);
  });

  it('of an API key count for seconds, since it may be revoked', () => {
    const key = remember({ ...ann, method: 'apiKey' });
    clock.advance(3000);
    expect(remembered.get(key)).toBeUndefined();
  });

  it.each([
    ['basic', 60_000],
    ['apiKey', 3000],
  ] as const)('of the method %s that come in a second way count no longer than in the first', (method, lifetime) => {
    const identity: Identity = { ...ann, method };
    remember(identity);
    clock.advance(lifetime - 1);
    const again = remembered.keyOf('basic x');
    remembered.put(again, identity);
    expect(remembered.get(again)).toBe(identity);
    clock.advance(1);
    expect(remembered.get(again)).toBeUndefined();
  });

  it('that were passwords are pushed out by no number of tokens', () => {
    const key = remember(ann);
    const nobody: Identity = { user: undefined, groups: [], method: 'bearer' };
    for (let count = 0; count < 10_001; count++) remembered.put(String(count), nobody);
    expect(remembered.get('0')).toBeUndefined();
    expect(remembered.get(key)).toBe(ann);
  });

  it('of a token count no longer than the token', () => {
    const key = remember({ ...ann, claims: { exp: clock.now() / 1000 + 5 } });
    clock.advance(4999);
    expect(remembered.get(key)).toBeDefined();
    clock.advance(1);
    expect(remembered.get(key)).toBeUndefined();
  });

  it('are none at all where the time is nought', () => {
    remembered = new RememberedCredentials(clock, 0);
    expect(remembered.get(remember(ann))).toBeUndefined();
  });
});
