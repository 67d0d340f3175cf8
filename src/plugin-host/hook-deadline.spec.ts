import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { withDeadline } from './hook-deadline.js';

const NEVER = new Promise<never>(() => undefined);
const onLate = (): void => undefined;

describe('work with a deadline', () => {
  it('has a signal that aborts with the one of whoever wants it', async () => {
    const wanted = new AbortController();
    const reason = new Error('the client left');
    const seen = Promise.withResolvers<AbortSignal>();
    const done = withDeadline({ deadline: 60_000, signal: wanted.signal, onLate }, (signal) => {
      seen.resolve(signal());
      return NEVER;
    });
    wanted.abort(reason);

    await expect(done).rejects.toBe(reason);
    expect((await seen.promise).reason).toBe(reason);
  });

  it('has a signal that has aborted where it asks for it after its deadline only', async () => {
    let late: (() => AbortSignal) | undefined;
    const done = withDeadline({ deadline: 1, signal: undefined, onLate }, (signal) => {
      late = signal;
      return NEVER;
    });

    await expect(done).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(late?.().reason).toMatchObject({ name: 'TimeoutError' });
  });

  it('has one that aborts with the client still after the work has answered, and with the deadline no more', async () => {
    const client = new AbortController();
    const signal = await withDeadline({ deadline: 1, signal: client.signal, onLate }, (bounded) =>
      Promise.resolve({ of: bounded() }),
    );
    await delay(5);
    expect(signal.of.aborted).toBe(false);
    client.abort();

    expect(signal.of.aborted).toBe(true);
  });

  it('that ends too late is told of', async () => {
    const work = Promise.withResolvers<string>();
    const told = Promise.withResolvers<PromiseSettledResult<string>>();
    await expect(
      withDeadline({ deadline: 1, signal: undefined, onLate: told.resolve }, () => work.promise),
    ).rejects.toThrow();
    work.resolve('at last');

    expect(await told.promise).toEqual({ status: 'fulfilled', value: 'at last' });
  });
});
