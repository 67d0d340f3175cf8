import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { overlapOf } from './glob-overlap.js';
import { parseRepositoryGlob } from './repository-glob.js';
import { parseRepositoryName } from './repository-name.js';

describe('the overlap of two patterns', () => {
  it.each([
    ['team/**', '**/app', 'team/app'],
    ['team/*', '*/app', 'team/app'],
    ['team/**', 'team', 'team'],
    ['a/**/z', 'a/b/*', 'a/b/z'],
    ['*a', 'b*', 'ba'],
    ['{team,base}/*', 'b*/x', 'base/x'],
    ['[a-c]x', '?x', 'ax'],
    ['**', '*-v[0-9]', 'a-v0'],
    ['**', '**', 'a'],
  ])('of %s and %s holds %s', (left, right, example) => {
    expect(overlapOf(left, right)).toEqual({ outcome: 'overlap', example });
    expect(overlapOf(right, left).outcome).toBe('overlap');
  });

  it.each([
    ['team/*', 'base/*'],
    ['team/*', 'team/*/*'],
    ['a/*', '**/b/c'],
    ['*a', '*b'],
    ['[a-c]*', '[d-z]/**'],
    ['Team/**', '**'],
    ['team/', '**'],
    ['a..b', '**'],
    ['team/[', '**'],
    ['', '**'],
  ])('of %s and %s is empty: no repository has such a name', (left, right) => {
    expect(overlapOf(left, right)).toEqual({ outcome: 'disjoint' });
  });

  it('is not told of patterns that nobody could read', () => {
    const wild = `${'*a'.repeat(500)}*`;
    expect(overlapOf(wild, `${'*b'.repeat(500)}*`)).toEqual({ outcome: 'unknown' });
  });

  it('has an example that is a name which both describe, and where it is empty no name is one', () => {
    const part = fc.constantFrom('a', 'b', '*', '**', '?', '[ab]', 'a*', '*b', '{a,b}', '{a,b/a}');
    const pattern = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    const name = fc.array(fc.constantFrom('a', 'b', 'ab', 'aa'), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(pattern, pattern, fc.array(name, { maxLength: 20 }), (left, right, names) => {
        const both = [left, right].map((text) => parseRepositoryGlob(text));
        const describes = (text: string): boolean => both.every((glob) => glob?.matches(text));
        const overlap = overlapOf(left, right);
        if (overlap.outcome === 'overlap') {
          expect(parseRepositoryName(overlap.example)).toBe(overlap.example);
          expect(describes(overlap.example)).toBe(true);
        } else {
          expect(overlap.outcome).toBe('disjoint');
          expect(names.map((parts) => parts.join('/')).filter(describes)).toEqual([]);
        }
      }),
      { numRuns: 500 },
    );
  });
});
