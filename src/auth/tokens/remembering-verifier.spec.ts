import { FakeClock } from '@berth/sdk/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { RememberingVerifier } from './remembering-verifier.js';
import type { TokenResult } from './token-verifier.js';

const { signal } = new AbortController();
const clock = new FakeClock();
const accepted = (until?: number): TokenResult => ({
  outcome: 'accepted',
  identity: { user: 'alice', groups: ['team'], method: 'bearer' },
  ...(until !== undefined && { until }),
});

let asked: string[];
let answer: () => Promise<TokenResult>;
let verifier: RememberingVerifier;

beforeEach(() => {
  asked = [];
  answer = () => Promise.resolve(accepted(clock.now() + 1000));
  const verify = (token: string): Promise<TokenResult> => {
    asked.push(token);
    return answer();
  };
  verifier = new RememberingVerifier({ verify }, clock);
});

describe('a token that was verified', () => {
  it('is not verified again until it expires, and gives the same frozen identity', async () => {
    const first = await verifier.verify('a', signal);
    expect(await verifier.verify('a', signal)).toBe(first);
    expect(Object.isFrozen(first.outcome === 'accepted' && first.identity.groups)).toBe(true);
    await verifier.verify('b', signal);
    clock.advance(1000);
    await verifier.verify('a', signal);

    expect(asked).toEqual(['a', 'b', 'a']);
  });

  it('is verified again each minute, so that a key which is withdrawn is noticed', async () => {
    answer = () => Promise.resolve(accepted(clock.now() + 3_600_000));
    await verifier.verify('a', signal);
    clock.advance(59_999);
    await verifier.verify('a', signal);
    expect(asked).toHaveLength(1);
    clock.advance(1);
    await verifier.verify('a', signal);
    expect(asked).toHaveLength(2);
  });

  it('is verified again where nobody says until when it holds, and where it was not accepted', async () => {
    answer = () => Promise.resolve(accepted());
    await verifier.verify('a', signal);
    answer = () => Promise.resolve({ outcome: 'rejected', reason: 'x' });
    await verifier.verify('a', signal);
    await verifier.verify('a', signal);

    expect(asked).toHaveLength(3);
  });

  it('is verified again after the keys have changed, also where they changed meanwhile', async () => {
    await verifier.verify('a', signal);
    verifier.forget();
    const { promise, resolve } = Promise.withResolvers<TokenResult>();
    answer = () => promise;
    const waiting = verifier.verify('a', signal);
    verifier.forget();
    resolve(accepted(clock.now() + 1000));
    await waiting;
    await verifier.verify('a', signal);

    expect(asked).toHaveLength(3);
  });
});
