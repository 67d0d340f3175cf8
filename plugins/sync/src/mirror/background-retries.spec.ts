import { milliseconds } from '@berth/sdk';
import { FakePluginLogger } from '@berth/sdk/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BackgroundRetries } from './background-retries.js';

const FETCH = { upstream: 'up', what: 'a' };
const RULE = { maxRetries: 3, retryDelay: milliseconds(100), maxRetryDelay: milliseconds(250) };

describe('a fetch that failed', () => {
  let retries: BackgroundRetries;
  let done: number;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    retries = new BackgroundRetries(new FakePluginLogger());
    done = 0;
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  const fails = (): Promise<void> => {
    done += 1;
    return Promise.reject(new Error('down'));
  };

  async function after(time: number): Promise<number> {
    await vi.advanceTimersByTimeAsync(time);
    return done;
  }

  it('is tried again after a delay that doubles up to its bound, and so often', async () => {
    retries.schedule(FETCH, RULE, fails);
    expect([
      await after(99),
      await after(1),
      await after(199),
      await after(1),
      await after(249),
      await after(1),
    ]).toEqual([0, 1, 1, 2, 2, 3]);
    expect(await after(100_000)).toBe(3);
  });

  it('is not tried again once it has succeeded, nor twice at once', async () => {
    for (let times = 0; times < 2; times++) {
      retries.schedule(FETCH, RULE, () => {
        done += 1;
        return Promise.resolve();
      });
    }
    expect(await after(100_000)).toBe(1);
  });

  it('is tried anew where it fails another time later', async () => {
    retries.schedule(FETCH, { ...RULE, maxRetries: 1 }, fails);
    await after(1000);
    retries.schedule(FETCH, { ...RULE, maxRetries: 1 }, fails);
    expect(await after(1000)).toBe(2);
  });

  it.each([{}, { maxRetries: 0, retryDelay: milliseconds(1) }, { maxRetries: 2 }])(
    'is left alone with %j',
    async (rule) => {
      retries.schedule(FETCH, rule, fails);
      expect(await after(100_000)).toBe(0);
    },
  );

  it('is counted for its upstream until it is done or given up', async () => {
    retries.schedule(FETCH, { ...RULE, maxRetries: 2 }, fails);
    retries.schedule({ upstream: 'other', what: 'b' }, RULE, () => Promise.resolve());
    const waiting = (): number[] => ['up', 'other', 'nobody'].map((upstream) => retries.waitingFor(upstream));
    expect(waiting()).toEqual([1, 1, 0]);
    await after(100);
    expect(waiting()).toEqual([1, 0, 0]);
    await after(200);
    expect(waiting()).toEqual([0, 0, 0]);
  });

  it('is forgotten when the server stops', async () => {
    retries.schedule(FETCH, RULE, fails);
    retries.onApplicationShutdown();
    expect(await after(100_000)).toBe(0);
  });
});
