import { FakeClock } from '@berth/sdk/testing';
import { describe, expect, it } from 'vitest';
import { BoundedMemory } from './bounded-memory.js';

describe('a bounded memory', () => {
  it('recalls what is no older than is asked for', () => {
    const clock = new FakeClock();
    const memory = new BoundedMemory<number>(clock);
    memory.remember('a', 1);
    clock.advance(10);
    expect([memory.recall('a', 11), memory.recall('a', 10), memory.recall('b', 99)]).toEqual([1, undefined, undefined]);
  });

  it('recalls nothing after the clock was set back', () => {
    const clock = new FakeClock();
    const memory = new BoundedMemory<number>(clock);
    memory.remember('a', 1);
    clock.advance(-1);
    expect(memory.recall('a', 1000)).toBeUndefined();
  });

  it('forgets the oldest when it is full, and what is taken', () => {
    const memory = new BoundedMemory<number>(new FakeClock(), 2);
    memory.remember('a', 1);
    memory.remember('b', 2);
    memory.remember('a', 3);
    memory.remember('c', 4);
    expect(['a', 'b', 'c'].map((key) => memory.recall(key, 1))).toEqual([3, undefined, 4]);
    expect([memory.take('a', 1), memory.take('a', 1)]).toEqual([3, undefined]);
  });
});
