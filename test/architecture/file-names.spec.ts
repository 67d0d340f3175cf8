import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryFiles } from './repository-files.js';

/** Words that say nothing of what lies behind them. A role suffix does not help: `common.service.ts` is as nameless. */
const NAMELESS = new Set(
  'util utils helper helpers common misc type types interface interfaces base shared manager impl data info'.split(' '),
);

/** Lower case, words joined by hyphens, then the roles: `blob.service.spec.ts`, `0001-facts.ts`. */
const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*\.(ts|tsx)$/;

/** Why `path` is badly named, or `undefined`. */
function faultOf(path: string): string | undefined {
  const name = basename(path);
  const stem = name.split('.')[0] ?? '';
  if (NAMELESS.has(stem)) return `${path}: "${stem}" says nothing`;
  if (/(-|\.)(manager|impl|helpers?|utils?)\./.test(name)) return `${path}: name the role, not its lack`;
  if (!KEBAB_CASE.test(name)) return `${path}: not kebab-case`;
  return undefined;
}

const sources = repositoryFiles().filter((path) => /\.tsx?$/.test(path));

describe('the name of a source file', () => {
  it('says what it holds', () => {
    expect(sources.map(faultOf).filter((fault) => fault !== undefined)).toEqual([]);
  });

  it.each([
    'src/http/utils.ts',
    'src/http/helpers.spec.ts',
    'src/content/common.service.ts',
    'src/storage/blob-manager.ts',
    'src/storage/blob-storage.impl.ts',
    'src/http/byteRange.ts',
    'src/http/ByteRange.ts',
    'src/http/byte_range.ts',
  ])('may not be %s', (path) => {
    expect(faultOf(path)).toBeDefined();
  });

  it.each(['src/content/blobs/blob.service.spec.ts', 'src/metadata/migrations/0001-facts.ts', 'src/main.ts'])(
    'may be %s',
    (path) => {
      expect(faultOf(path)).toBeUndefined();
    },
  );
});

describe('index.ts', () => {
  it('is in src only as the published surface of the SDK', () => {
    const barrels = sources.filter((path) => /^src\/(.*\/)?index\.ts$/.test(path));
    expect(barrels.filter((path) => !path.startsWith('src/sdk/'))).toEqual([]);
    expect(barrels).toContain('src/sdk/index.ts');
  });
});
