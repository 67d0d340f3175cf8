import { describe, expect, it } from 'vitest';
import { RequestSlots } from './request-slots.js';

const never = new AbortController().signal;

describe('request slots', () => {
  it('let so many go at once, and the others in turn', async () => {
    const slots = new RequestSlots({ atOnce: 2, perSecond: undefined });
    const [first] = [await slots.take(never), await slots.take(never)];
    const order: string[] = [];
    const waiting = ['third', 'fourth'].map(async (name) => {
      const release = await slots.take(never);
      order.push(name);
      release();
    });
    await Promise.resolve();
    expect(order).toEqual([]);
    first();
    // To give one back twice gives no second one.
    first();
    await Promise.all(waiting);
    expect(order).toEqual(['third', 'fourth']);
  });

  it('forget who no longer waits', async () => {
    const slots = new RequestSlots({ atOnce: 1, perSecond: undefined });
    const release = await slots.take(never);
    const leaving = new AbortController();
    const left = slots.take(leaving.signal);
    const next = slots.take(never);
    leaving.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    release();
    expect(await next).toBeTypeOf('function');
  });

  it('let so many begin in a second', async () => {
    const slots = new RequestSlots({ atOnce: 0, perSecond: 50 });
    const began = performance.now();
    for (let taken = 0; taken < 6; taken++) (await slots.take(never))();
    expect(performance.now() - began).toBeGreaterThanOrEqual(95);
  });

  it('let everyone go where nothing is bounded', async () => {
    const slots = new RequestSlots({ atOnce: 0, perSecond: undefined });
    expect(await Promise.all(Array.from({ length: 100 }, () => slots.take(never)))).toHaveLength(100);
  });
});
