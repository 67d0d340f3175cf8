import type { HealthProbe } from '@berth/sdk';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ProbeRound } from './probe-round.js';

let round: ProbeRound;

beforeEach(() => {
  vi.useFakeTimers();
  round = new ProbeRound();
});

afterEach(() => {
  vi.useRealTimers();
});

/** Counts how often it is asked. */
function probe(name: string, check: HealthProbe['check'], critical = true): { asked: number } {
  const count = { asked: 0 };
  round.add({
    name,
    critical,
    check: (signal) => {
      count.asked += 1;
      return check(signal);
    },
  });
  return count;
}

describe('the probes of plugins', () => {
  it('fail the server where they are critical, and are shown where they are not', async () => {
    probe('sync.upstream', () => Promise.reject(new Error('no answer')));
    probe('ui.assets', () => Promise.reject(new Error('a file is missing')), false);
    probe('lint.rules', () => Promise.resolve());

    expect(await round.ask()).toEqual({
      failures: { 'sync.upstream': 'no answer' },
      degraded: { 'ui.assets': 'a file is missing' },
    });
  });

  it.each([
    [
      'throws at once',
      (): never => {
        throw new Error('a bug');
      },
      'a bug',
    ],
    [
      'rejects with an error that says nothing',
      () => Promise.reject(Object.assign(new Error(), { name: 'Gone' })),
      'Gone',
    ],
    [
      'resolves with a value',
      // As JavaScript may do it.
      () => Promise.resolve(true as unknown as undefined),
      'it answered with a boolean where it should resolve or reject',
    ],
  ])('have failed where one %s', async (_, check, fault) => {
    probe('odd', check);

    expect(await round.ask()).toEqual({ failures: { odd: fault }, degraded: {} });
  });

  it('are well where one takes longer than an answer is shared, whoever asks meanwhile', async () => {
    const count = probe('slow', () => new Promise((resolve) => setTimeout(resolve, 1500)));
    const first = round.ask();
    await vi.advanceTimersByTimeAsync(1100);
    const second = round.ask();
    await vi.advanceTimersByTimeAsync(400);

    expect(await Promise.all([first, second])).toEqual([
      { failures: {}, degraded: {} },
      { failures: {}, degraded: {} },
    ]);
    expect(count.asked).toBe(1);
  });

  it('have failed where one hangs for two seconds, whose signal then aborts', async () => {
    let signal: AbortSignal | undefined;
    probe('stuck', (given) => {
      signal = given;
      return new Promise(() => {});
    });
    const health = round.ask();
    await vi.advanceTimersByTimeAsync(2000);

    expect(await health).toEqual({ failures: { stuck: 'no answer within 2000 ms' }, degraded: {} });
    expect(signal?.aborted).toBe(true);
  });

  it('are not asked again while they hang, and are believed once they answer', async () => {
    const answer = Promise.withResolvers<undefined>();
    const count = probe('slow', () => answer.promise);
    const first = round.ask();
    await vi.advanceTimersByTimeAsync(5000);
    expect((await first).failures).toHaveProperty('slow');
    expect((await round.ask()).failures).toHaveProperty('slow');
    expect(count.asked).toBe(1);

    answer.resolve(undefined);
    await vi.advanceTimersByTimeAsync(1000);
    expect((await round.ask()).failures).toEqual({});
  });

  it('are asked once a second, however many want to know', async () => {
    const count = probe('quick', () => Promise.resolve());
    await Promise.all([round.ask(), round.ask()]);
    await vi.advanceTimersByTimeAsync(999);
    await round.ask();
    expect(count.asked).toBe(1);

    await vi.advanceTimersByTimeAsync(1);
    await round.ask();
    expect(count.asked).toBe(2);
  });

  it('are asked all at once', async () => {
    for (const name of ['one', 'two', 'three']) probe(name, () => new Promise(() => {}));
    const health = round.ask();
    await vi.advanceTimersByTimeAsync(2000);

    expect(Object.keys((await health).failures)).toEqual(['one', 'two', 'three']);
  });
});
