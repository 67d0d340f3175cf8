import { describe, expect, it } from 'vitest';
import { nextLink } from './link-header.js';

describe('nextLink', () => {
  it('puts path and query between angle brackets', () => {
    expect(
      nextLink('/v2/a/tags/list', [
        ['n', '2'],
        ['last', 'x'],
      ]),
    ).toBe('</v2/a/tags/list?n=2&last=x>; rel="next"');
  });

  it('escapes what would end the link or the query', () => {
    expect(nextLink('/v2/_catalog', [['last', 'a/b>&c']])).toBe('</v2/_catalog?last=a%2Fb%3E%26c>; rel="next"');
  });

  it('repeats a parameter that has several values', () => {
    expect(
      nextLink('/x', [
        ['type', 'a'],
        ['type', 'b'],
      ]),
    ).toBe('</x?type=a&type=b>; rel="next"');
  });
});
