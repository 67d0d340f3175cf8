import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRepositoryGlob, type RepositoryGlob } from './repository-glob.js';

function glob(pattern: string): RepositoryGlob {
  const parsed = parseRepositoryGlob(pattern);
  if (!parsed) throw new Error(`${pattern} is no glob`);
  return parsed;
}

describe('a repository glob', () => {
  it.each([
    // Without a wildcard a pattern is one name.
    ['alpine', 'alpine', true],
    ['alpine', 'alpines', false],
    ['alpine', 'library/alpine', false],
    // ** stands for any number of parts.
    ['**', 'alpine', true],
    ['**', 'a/b/c', true],
    ['team/**', 'team/app', true],
    ['team/**', 'team/a/b/c', true],
    ['team/**', 'team', true],
    ['team/**', 'teams/app', false],
    ['team/**', 'other/team/app', false],
    ['**/app', 'app', true],
    ['**/app', 'a/b/app', true],
    ['**/app', 'a/b/myapp', false],
    ['a/**/z', 'a/z', true],
    ['a/**/z', 'a/b/c/z', true],
    ['a/**/z', 'a/bz', false],
    ['a/**/m/**/z', 'a/1/m/2/3/z', true],
    ['a/**/m/**/z', 'a/1/2/z', false],
    ['**/**', 'a', true],
    ['**/a/*', 'x/a/a/b', true],
    // Inside a part, ** is no more than *.
    ['team**', 'team/app', false],
    ['team**', 'teams', true],
    // * and ? never stand for a slash.
    ['*', 'alpine', true],
    ['*', 'library/alpine', false],
    ['infra/*', 'infra/x', true],
    ['infra/*', 'infra/x/y', false],
    ['infra/*', 'infra', false],
    ['a*b*c', 'aXbXbXc', true],
    ['a*b*c', 'aXbXb', false],
    ['app-?', 'app-1', true],
    ['app-?', 'app-', false],
    ['a?b', 'a/b', false],
    // Classes.
    ['v[0-9]', 'v7', true],
    ['v[0-9]', 'vx', false],
    ['v[!0-9]', 'vx', true],
    ['v[^0-9a]', 'va', false],
    ['a[^x]b', 'a/b', false],
    ['a[b-]', 'a-', true],
    // Alternatives, nested ones too.
    ['{dev,prod}/app', 'dev/app', true],
    ['{dev,prod}/app', 'test/app', false],
    ['repo{,-dev}', 'repo', true],
    ['a{b,{c,d}e}', 'ade', true],
    ['a{b,{c,d}e}', 'ad', false],
    ['{team/**,shared}/app', 'team/x/y/app', true],
    ['{team/**,shared}/app', 'shared/app', true],
    ['{a,b}/{c,d}', 'b/c', true],
    // A backslash takes what follows as it is.
    ['a\\*', 'a*', true],
    ['a\\*', 'ab', false],
    // Names of images have more characters than names of repositories.
    ['docker.io/library/*', 'docker.io/library/debian:12-slim', true],
  ])('%s against %s is %s', (pattern, name, expected) => {
    expect(glob(pattern).matches(name)).toBe(expected);
  });

  it.each(['[', '[]', '[^]', '[a', '[z-a]', '{a', 'a}', '{a,{b}', 'a\\', '{a,b}'.repeat(9), 'a'.repeat(1025)])(
    'cannot be made of %s',
    (pattern) => {
      expect(parseRepositoryGlob(pattern)).toBeUndefined();
    },
  );

  it('cannot be made of braces nested so deep that reading them would overflow the stack', () => {
    expect(parseRepositoryGlob('{'.repeat(1000))).toBeUndefined();
  });

  it('keeps what was written', () => {
    expect(glob('team/**').pattern).toBe('team/**');
  });

  it('takes time in proportion to both lengths where backtracking would not end', () => {
    const started = performance.now();
    expect(glob(`${'*a'.repeat(100)}b`).matches('a'.repeat(255))).toBe(false);
    expect(glob(`${'**/a/'.repeat(50)}b`).matches('a/'.repeat(127) + 'a')).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('decides as a regular expression does that means the same', () => {
    const segment = fc.constantFrom('*', '**', 'a', 'b', 'a*', '*b', '?', '[ab]', 'a?b*');
    const name = fc.array(fc.stringMatching(/^[abc]{1,3}$/), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 4 }), name, (segments, parts) => {
        const pattern = segments.join('/');
        expect([pattern, parts.join('/'), glob(pattern).matches(parts.join('/'))]).toEqual([
          pattern,
          parts.join('/'),
          oracle(segments).test(parts.join('/')),
        ]);
      }),
    );
  });
});

function oracle(segments: readonly string[]): RegExp {
  let text = '';
  segments.forEach((segment, at) => {
    const isLast = at === segments.length - 1;
    const isBare = at === 0 || segments[at - 1] === '**';
    if (segment === '**' && isLast) text += isBare ? '.*' : '(/.*)?';
    else if (segment === '**') text += `${isBare ? '' : '/'}([^/]+/)*`;
    else text += `${isBare ? '' : '/'}${segment.replaceAll('*', '[^/]*').replaceAll('?', '[^/]')}`;
  });
  return new RegExp(`^${text}$`);
}
