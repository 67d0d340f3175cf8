import { compare, parse } from 'semver';
import { describe, expect, it } from 'vitest';
import { versionKey } from './version-key.js';

/** In their order. semver.org, item 11 */
const ORDERED = [
  '0.0.1',
  '0.9.10',
  '0.10.9',
  '1.0.0-0',
  '1.0.0-2',
  '1.0.0-11',
  '1.0.0-alpha',
  '1.0.0-alpha.1',
  '1.0.0-alpha.beta',
  '1.0.0-alpha-x',
  '1.0.0-beta',
  '1.0.0-beta.2',
  '1.0.0-beta.11',
  '1.0.0-rc.1',
  '1.0.0',
  '1.0.1-a',
  '1.0.1',
  '2.0.0',
  '10.0.0',
  '9007199254740991.0.0',
];

describe('the key of a version', () => {
  it('orders as versions do', () => {
    const keys = ORDERED.map((version) => versionKey(version) ?? expect.fail(version));
    expect(keys.toSorted()).toEqual(keys);
    for (const [at, version] of ORDERED.slice(1).entries())
      expect(compare(ORDERED[at] ?? '', version), version).toBe(-1);
  });

  it('is the same for what people mean by the same', () => {
    expect(new Set(['1.2.0', 'v1.2.0', '1.2', 'v1.2', '1.2.0+build.5'].map(versionKey)).size).toBe(1);
  });

  it.each(['latest', 'v', '1.', '1.2.3.4', '1..2', '-1', 'x1.2.3', '1.2.3-', '12345678901234567.0.0'])(
    'is not there for %j',
    (tag) => {
      expect(versionKey(tag)).toBeUndefined();
      expect(parse(tag)?.version).not.toBe(tag);
    },
  );
});
