import { validateSection } from '@berth/sdk';
import { describe, expect, it } from 'vitest';
import { StorageConfig } from './storage.config.js';

function violationsOf(section: Readonly<Record<string, unknown>>): unknown {
  return validateSection(StorageConfig, { rootDirectory: '/data', ...section }, { refuseUnknown: true }).violations;
}

const root = (rootDirectory: string): unknown => ({ rootDirectory });

describe('the roots of stores', () => {
  it('are taken where each lies apart', () => {
    const stores = { fast: root('/fast'), 'fast-2': root('/fast-2') };
    expect(violationsOf({ stores, subPaths: { '/a': root('/faster') } })).toEqual([]);
  });

  it.each([
    ['equal to the default one', '/data/'],
    ['within the default one', '/data/stores/fast'],
    ['around the default one', '/'],
    ['another spelling of the default one', '/x/../data'],
  ])('are refused where one is %s', (_, path) => {
    expect(violationsOf({ stores: { fast: root(path) } })).toEqual([
      expect.objectContaining({ key: 'stores', allowed: expect.stringContaining('"fast" (') as string }),
    ]);
  });

  it('are refused where that of a route lies within that of a named store', () => {
    expect(violationsOf({ stores: { fast: root('/fast') }, subPaths: { '/a': root('/fast/a') } })).toEqual([
      {
        key: 'subPaths',
        found: 'an object with the keys /a',
        allowed: 'root directories none of which is another one or lies in it: not "/a" (/fast/a) and "fast" (/fast)',
      },
    ]);
  });

  it('are all told of at once', () => {
    const [violation, ...others] = violationsOf({
      stores: { one: root('/data'), two: root('/data/two'), three: root('') },
    }) as { allowed: string }[];
    expect(violation?.allowed).toContain('"one" (/data) and rootDirectory (/data)');
    expect(violation?.allowed).toContain('"two" (/data/two) and rootDirectory (/data)');
    expect(others).toEqual([{ key: 'stores["three"].rootDirectory', found: '""', allowed: 'the path of a folder' }]);
  });
});

describe('the name of a store', () => {
  it.each(['default', '', 'Fast', '/a', 'a b', '-a', 'a'.repeat(65)])('is not %j', (name) => {
    expect(violationsOf({ stores: { [name]: root('/fast') } })).toEqual([expect.objectContaining({ key: 'stores' })]);
  });
});

describe('a route', () => {
  it.each(['', 'a', '/a/', '/A'])('is not %j', (route) => {
    expect(violationsOf({ subPaths: { [route]: root('/a-data') } })).toEqual([
      expect.objectContaining({ key: 'subPaths' }),
    ]);
  });

  it('needs a root directory', () => {
    expect(violationsOf({ subPaths: { '/a': { gc: true } } })).toEqual([
      { key: 'subPaths["/a"].rootDirectory', found: 'nothing', allowed: 'the path of a folder' },
    ]);
  });
});
