import { describe, expect, it } from 'vitest';
import { parseQuery } from './query-parser.js';
import { printQuery } from './print-query.js';
import { QueryError } from './query-error.js';

/** What a query is understood as, said in full. */
function understood(query: string): string {
  return printQuery(parseQuery(query));
}

describe('a query', () => {
  it.each([
    ['', ''],
    ['  ', ''],
    ['nginx', 'nginx'],
    ['nginx redis', 'nginx AND redis'],
    ['a b OR c d', 'a AND b OR c AND d'],
    ['a AND (b OR c)', 'a AND (b OR c)'],
    ['a (b c)', 'a AND b AND c'],
    ['NOT a b', 'NOT a AND b'],
    ['NOT (a b)', 'NOT (a AND b)'],
    ['NOT NOT a', 'NOT NOT a'],
    ['((a))', 'a'],
    ['and or not', 'and AND or AND not'],
    ['"AND"', '"AND"'],
    ['repo:team-a/**', 'repo:team-a/**'],
    ['tag:"1.2*"', 'tag:"1.2*"'],
    ['tag:semver:^1.2', 'tag:semver:"^1.2"'],
    ['tag:"semver:x"', 'tag:"semver:x"'],
    ['tag:semver:">=1.2 <3"', 'tag:semver:">=1.2 <3"'],
    ['sha256:ABCDEF', 'digest:sha256:abcdef'],
    ['digest:abcdef', 'digest:sha256:abcdef'],
    ['label:k', 'label:k'],
    ['label:k=', 'label:k='],
    ['label:k=a=b', 'label:k="a=b"'],
    ['label:"a=b"=c', 'label:"a=b"=c'],
    ['annotation:k=v*', 'annotation:k=v*'],
    ['label:m="Team \\"Blue\\""', 'label:m="Team \\"Blue\\""'],
    ['platform:linux', 'platform:linux'],
    ['platform:*/arm/v7', 'platform:*/arm/v7'],
    ['size:>1GB', 'size:>1000000000'],
    ['size:1KiB', 'size:=1024'],
    ['pushed:<7d', 'pushed:<604800000.000000ms'],
    ['pushed:>=1h30m', 'pushed:>=5400000.000000ms'],
    ['pushed:2026-01-31', 'pushed:=2026-01-31'],
    ['signed:true', 'signed:true'],
    ['base:debian', 'base:"debian:latest"'],
    ['base:library/debian:12', 'base:"library/debian:12"'],
    ['base-of:a/b:c', 'base-of:"a/b:c"'],
    ['mirrored-from:docker.io', 'mirrored-from:docker.io'],
  ])('%j is understood as %j', (query, expected) => {
    expect(understood(query)).toBe(expected);
  });

  it.each([
    ['(a', 2, 'AND, OR or a closing parenthesis'],
    ['a)', 1, 'AND, OR or the end of the query'],
    ['a OR', 4, 'a word, a field or an opening parenthesis'],
    ['AND a', 0, 'a word, a field or an opening parenthesis'],
    ['a OR OR b', 5, 'a word, a field or an opening parenthesis'],
    ['()', 1, 'a word, a field or an opening parenthesis'],
    ['NOT', 3, 'a word, a field or an opening parenthesis'],
    ['a "b', 4, 'a closing quote (")'],
    ['a ""', 2, 'a word'],
    ['a foo:b', 2, 'one of the fields repo, tag'],
    ['nginx:1.25', 0, 'one of the fields repo, tag'],
    ['a repo:', 7, 'a repository or a pattern'],
    ['digest:xyz', 7, 'a digest or its first 4 digits'],
    ['digest:sha256:abc', 7, 'a digest or its first 4 digits'],
    ['digest:sha256:abcd:ef', 7, 'a digest or its first 4 digits'],
    [`digest:sha256:${'a'.repeat(65)}`, 7, 'a digest or its first 4 digits'],
    ['label:=v', 6, 'a label, such as key=value'],
    ['platform:a/b/c/d', 9, 'a platform'],
    ['platform:linux/', 9, 'a platform'],
    ['size:big', 5, 'a size'],
    ['size:>', 5, 'a size'],
    ['pushed:7d', 7, 'an age'],
    ['pushed:<7y', 7, 'an age'],
    ['pushed:<2026-13-01', 7, 'an age'],
    ['signed:maybe', 7, 'true or false'],
    ['tag:semver:x.y.z.w', 11, 'a range of semantic versions'],
    ['base:a:b:c', 5, 'an image'],
    ['base:a@sha256:12', 5, 'an image'],
    ['repo:********* ', 5, 'at most 8 wildcards'],
  ])('%j is wrong at %i, where it expects %s', (query, position, expected) => {
    try {
      parseQuery(query);
      expect.fail('it was taken');
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      expect(error.fault).toMatchObject({ position, expected: expect.stringContaining(expected) as string });
      expect(error).toMatchObject({ status: 400, code: 'UNSUPPORTED', detail: error.fault });
    }
  });

  it.each([
    ['characters', 'a'.repeat(5000)],
    ['terms', 'a '.repeat(60)],
    ['parentheses', `${'('.repeat(30)}a${')'.repeat(30)}`],
    ['negations', `${'NOT '.repeat(30)}a`],
    ['parentheses that nothing closes', '('.repeat(4000)],
  ])('of too many %s is refused, with the limit', (_, query) => {
    expect(() => parseQuery(query)).toThrow(/at most \d/);
  });
});
