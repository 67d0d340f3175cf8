import { describe, expect, it } from 'vitest';
import { FairQueue } from './fair-queue.js';

function queueOf(bound: number, ...items: readonly string[]): FairQueue<string, string> {
  const queue = new FairQueue<string, string>(bound);
  for (const item of items) queue.add(item.charAt(0), item);
  return queue;
}

function allOf(queue: FairQueue<string, string>): string[] {
  const taken: string[] = [];
  for (let item = queue.take(); item !== undefined; item = queue.take()) taken.push(item);
  return taken;
}

describe('the queue', () => {
  it('gives each lane its turn, and within a lane who came first', () => {
    expect(allOf(queueOf(9, 'a1', 'a2', 'a3', 'b1', 'c1', 'b2'))).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  it('lets a new lane come before the second turn of the others', () => {
    const queue = queueOf(9, 'a1', 'a2', 'a3');
    queue.take();
    queue.add('b', 'b1');
    expect(allOf(queue)).toEqual(['a2', 'b1', 'a3']);
  });

  it('that is full drops the last of the longest lane, so that a long one keeps nobody out', () => {
    const queue = queueOf(3, 'a1', 'a2', 'a3');
    expect(queue.add('b', 'b1')).toBe('a3');
    expect(queue.add('a', 'a4')).toBe('a4');
    expect(queue.size).toBe(3);
    expect(allOf(queue)).toEqual(['a1', 'b1', 'a2']);
  });

  it('forgets who has gone, and does not mind who is not there', () => {
    const queue = queueOf(9, 'a1', 'b1', 'a2');
    queue.remove('b', 'b1');
    queue.remove('b', 'b1');
    queue.remove('a', 'a9');
    expect(queue.size).toBe(2);
    expect(allOf(queue)).toEqual(['a1', 'a2']);
    expect(queue.size).toBe(0);
  });
});
