import { describe, expect, it } from 'vitest';
import { pageOf } from './page.js';

const ENTRIES = ['a', 'b', 'c', 'd'];

async function list(last: string | undefined, limit: number): Promise<string[]> {
  return ENTRIES.filter((entry) => last === undefined || entry > last).slice(0, limit);
}

describe('pageOf', () => {
  it.each([
    [undefined, undefined, ENTRIES, undefined],
    [2, undefined, ['a', 'b'], { last: 'b', n: 2 }],
    [2, 'b', ['c', 'd'], undefined],
    [3, 'bb', ['c', 'd'], undefined],
    [1, 'b', ['c'], { last: 'c', n: 1 }],
    [4, undefined, ENTRIES, undefined],
    [5, undefined, ENTRIES, undefined],
    [1, 'z', [], undefined],
  ])('of %s after %s', async (n, last, entries, next) => {
    expect(await pageOf({ n, last }, list)).toEqual({ entries, next });
  });

  it('asks for nothing where nothing is wanted', async () => {
    const never = (): Promise<string[]> => Promise.reject(new Error('was asked'));
    expect(await pageOf({ n: 0, last: undefined }, never)).toEqual({ entries: [], next: undefined });
  });

  it('bounds the page of a client that names no number', async () => {
    const many = (_last: string | undefined, limit: number): Promise<string[]> =>
      Promise.resolve(Array.from({ length: limit }, (_, at) => String(at)));
    const { entries, next } = await pageOf({ n: undefined, last: undefined }, many);
    expect(next).toEqual({ last: entries.at(-1), n: entries.length });
  });
});
