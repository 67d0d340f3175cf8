import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Digest, HookEvents, RepositoryName } from '@berth/sdk';
import { FakePluginLogger } from '@berth/sdk/testing';
import { PullRecorder } from './pull-recorder.js';
import type { PullRows } from './pull-rows.js';

/** Longer than the registry gathers pulls before it counts them, in milliseconds. */
const GATHER_TIME = 12_000;

let refreshed: string[][];
let failure: Error | undefined;
let logger: FakePluginLogger;
let recorder: PullRecorder;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  [refreshed, failure, logger] = [[], undefined, new FakePluginLogger()];
  const rows: Pick<PullRows, 'refresh'> = {
    refresh: async (pulled) => {
      if (failure) throw failure;
      refreshed.push(pulled.map(({ repository }) => repository));
    },
  };
  recorder = new PullRecorder(rows as PullRows, logger);
});
afterEach(() => {
  vi.useRealTimers();
});

async function pull(repository: string): Promise<void> {
  const event = { repository: repository as RepositoryName, digest: 'sha256:00' as Digest };
  await recorder.handle(event as HookEvents['manifest.pulled']);
}

describe('pulls', () => {
  it('are asked for once the registry has had the time to count them, each manifest once', async () => {
    await pull('a');
    await pull('a');
    await pull('b');
    await vi.advanceTimersByTimeAsync(GATHER_TIME);
    expect(refreshed).toEqual([]);
    await vi.advanceTimersByTimeAsync(GATHER_TIME);

    expect(refreshed).toEqual([['a', 'b']]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('of while it waits are asked for the next time', async () => {
    await pull('a');
    await vi.advanceTimersByTimeAsync(GATHER_TIME - 1);
    await pull('b');
    await vi.advanceTimersByTimeAsync(GATHER_TIME + 1);
    await pull('c');
    await vi.advanceTimersByTimeAsync(2 * GATHER_TIME);

    expect(refreshed.flat()).toEqual(['a', 'b', 'c']);
  });

  it('that cannot be noted are told of, and later ones are noted', async () => {
    failure = new Error('no');
    await pull('a');
    await vi.advanceTimersByTimeAsync(2 * GATHER_TIME);
    expect(logger.lines.map(({ level }) => level)).toEqual(['warn']);
    failure = undefined;
    await pull('b');
    await vi.advanceTimersByTimeAsync(2 * GATHER_TIME);

    expect(refreshed).toEqual([['b']]);
  });

  it('are asked for no more once the server has stopped', async () => {
    await pull('a');
    await recorder.onApplicationShutdown();

    expect(vi.getTimerCount()).toBe(0);
  });
});
