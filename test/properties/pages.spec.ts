import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageOf } from '../../src/content/page.js';

const sorted = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 6 })).map((entries) => entries.sort());

/** A list as a table gives it: entries after the last, at most so many. */
function listing(entries: readonly string[]) {
  return (last: string | undefined, limit: number) =>
    Promise.resolve(entries.filter((entry) => last === undefined || entry > last).slice(0, limit));
}

describe('the pages of a list', () => {
  it('make up the list when one follows the next, and none but the last is short', async () => {
    await fc.assert(
      fc.asyncProperty(sorted, fc.integer({ min: 1, max: 9 }), async (entries, n) => {
        const gathered: string[] = [];
        for (let last: string | undefined; ;) {
          const { entries: page, next } = await pageOf({ n, last }, listing(entries));
          gathered.push(...page);
          if (!next) break;
          expect(page).toHaveLength(n);
          expect(next).toEqual({ last: page.at(-1), n });
          last = next.last;
        }
        expect(gathered).toEqual(entries);
      }),
    );
  });

  it('have no next page where nothing comes after', async () => {
    await fc.assert(
      fc.asyncProperty(sorted, fc.integer({ min: 1, max: 9 }), async (entries, n) => {
        const { next } = await pageOf({ n, last: undefined }, listing(entries));
        expect(next !== undefined).toBe(entries.length > n);
      }),
    );
  });

  it('of no entries are empty and the end', async () => {
    await fc.assert(
      fc.asyncProperty(sorted, async (entries) => {
        expect(await pageOf({ n: 0, last: undefined }, listing(entries))).toEqual({ entries: [], next: undefined });
      }),
    );
  });
});
