import { describe, expect, it } from 'vitest';
import { ByteRate, type RateTimer } from './byte-rate.js';

const NEVER = new AbortController().signal;

/** Time that passes only in pauses. */
class PausingTimer implements RateTimer {
  passed = 0;
  pauses = 0;

  now(): number {
    return this.passed;
  }

  async pause(milliseconds: number): Promise<void> {
    this.passed += milliseconds;
    this.pauses += 1;
  }
}

describe('a rate of bytes', () => {
  it('makes what is read take as long as it should', async () => {
    const timer = new PausingTimer();
    const rate = new ByteRate(1000, timer);
    for (let piece = 0; piece < 10; piece++) await rate.spend(500, NEVER);

    expect(timer.passed).toBe(5000);
  });

  it('saves up no time while nothing is read', async () => {
    const timer = new PausingTimer();
    const rate = new ByteRate(1000, timer);
    timer.passed = 60_000;
    await rate.spend(500, NEVER);

    expect(timer.passed).toBe(60_500);
  });

  it('gathers pauses that are too short into one', async () => {
    const timer = new PausingTimer();
    const rate = new ByteRate(1000, timer);
    for (let piece = 0; piece < 100; piece++) await rate.spend(1, NEVER);

    expect(timer.pauses).toBe(20);
  });

  it('never pauses where it is not bounded', async () => {
    const timer = new PausingTimer();
    await new ByteRate(0, timer).spend(1e12, NEVER);

    expect(timer.pauses).toBe(0);
  });

  it('ends when it is told to', async () => {
    await expect(new ByteRate(0).spend(1, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});
