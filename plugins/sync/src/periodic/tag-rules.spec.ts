import { describe, expect, it } from 'vitest';
import { TagRules } from './tag-rules.js';

function takenOf(rules: ConstructorParameters<typeof TagRules>[0], tags: readonly string[]): readonly string[] {
  const tagRules = new TagRules(rules);
  return tags.filter((tag) => tagRules.decide(tag).isTaken);
}

describe('the rules for tags', () => {
  it('take every tag where there are none', () => {
    expect(new TagRules().decide('anything')).toEqual({ isTaken: true, why: 'every tag' });
  });

  it('take what a regex matches anywhere, as in Go', () => {
    expect(takenOf({ regex: '1.2' }, ['1.2', '11.20', '1x2', '2.1'])).toEqual(['1.2', '11.20', '1x2']);
    expect(takenOf({ regex: '^1\\.2$' }, ['1.2', '11.20', '1x2'])).toEqual(['1.2']);
  });

  it('leave out what excludeRegex matches anywhere', () => {
    expect(takenOf({ regex: '^v', excludeRegex: '-rc' }, ['v1', 'v1-rc1', '1'])).toEqual(['v1']);
  });

  it('take with semver: true what zot takes for a version', () => {
    const tags = ['1', 'v1.2', '1.2.3', '1.2.3-rc.1', '20240101', 'latest', '1.2.3.4', 'v', '1.2-'];
    expect(takenOf({ semver: true }, tags)).toEqual(tags.slice(0, 5));
  });

  it('take with a range the versions that it holds for, those with something behind a dash too', () => {
    const tags = ['1.19.9', '1.20', 'v1.20.1', '1.21.0-rc1', '1.25-alpine', '2.0.0-rc1', '2', 'latest'];
    expect(takenOf({ semver: '>=1.20 <2' }, tags)).toEqual(['1.20', 'v1.20.1', '1.21.0-rc1', '1.25-alpine']);
    expect(takenOf({ semver: '>=1.20 <2', excludeRegex: '-rc' }, tags)).toEqual(['1.20', 'v1.20.1', '1.25-alpine']);
  });

  it('say with which rule a tag is out, in the order of zot, and with which it is in', () => {
    const rules = new TagRules({ regex: '^v?1', excludeRegex: '-rc', semver: '<1.5' });
    expect(['2-rc', '1.2-rc', '1.9', '1.2'].map((tag) => rules.decide(tag).why)).toEqual([
      'regex "^v?1" does not match',
      'excludeRegex "-rc" matches',
      'semver "<1.5" does not hold',
      'regex "^v?1" matches, excludeRegex "-rc" does not match, semver "<1.5" holds',
    ]);
  });

  it('answer soon for a pattern that goes wild elsewhere', () => {
    const began = performance.now();
    expect(takenOf({ regex: '^(a+)+$' }, [`${'a'.repeat(120)}!`])).toEqual([]);
    expect(performance.now() - began).toBeLessThan(1000);
  });
});
