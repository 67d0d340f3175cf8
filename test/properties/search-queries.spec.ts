import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinedPattern, type Pattern, type PatternPiece } from '../../plugins/search/src/language/pattern.js';
import { printQuery } from '../../plugins/search/src/language/print-query.js';
import { QueryError } from '../../plugins/search/src/language/query-error.js';
import { parseQuery } from '../../plugins/search/src/language/query-parser.js';
import { FIELDS, type QueryTree, type Term } from '../../plugins/search/src/language/query-tree.js';

const RUNS = { numRuns: 2000 };

/** Pieces of queries, so that random texts come near to meaning something. */
const piece = fc.oneof(
  fc.constantFrom(
    'AND',
    'OR',
    'NOT',
    '(',
    ')',
    ' ',
    '"',
    '\\',
    ':',
    '*',
    '?',
    '=',
    '/',
    '<',
    '>',
    '@',
    '-',
    '\n',
    '\0',
  ),
  fc.constantFrom(...FIELDS.map((field) => `${field}:`)),
  fc.constantFrom(
    'semver:^1.2',
    '>1GB',
    '<7d',
    '2026-01-31',
    'linux/arm64',
    'true',
    'sha256:abcdef',
    'k=v',
    "' or 1=1",
  ),
  fc.string({ maxLength: 5 }),
  fc.string({ unit: 'binary', maxLength: 5 }),
);
const anyText = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 });
const wildcards = (pattern: Pattern): number => pattern.filter((one) => typeof one === 'string').length;
const pattern: fc.Arbitrary<Pattern> = fc
  .array(
    fc.oneof(
      text.map((one): PatternPiece => ({ text: one })),
      fc.constantFrom<PatternPiece[]>('*', '?'),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map(joinedPattern)
  .filter((one) => wildcards(one) <= 8);
const comparison = fc.constantFrom('<' as const, '<=' as const, '>' as const, '>=' as const);
const hex = (least: number, most: number) =>
  fc.string({ unit: fc.constantFrom('0', '1', '7', '9', 'a', 'c', 'f'), minLength: least, maxLength: most });
const name = fc.constantFrom('debian', 'library/debian', 'a-b/c_d.e');

const term: fc.Arbitrary<Term> = fc.oneof(
  fc.record({ field: fc.constant('text' as const), pattern }),
  fc.record({ field: fc.constantFrom('repo', 'tag', 'mediatype', 'artifacttype', 'mirrored-from'), pattern }),
  fc.record({ field: fc.constant('version' as const), range: fc.constantFrom('^1.2', '>=1.2 <3', '1.x || 3', '*') }),
  hex(4, 64).map((digits): Term => ({ field: 'digest', prefix: `sha256:${digits}` })),
  fc.record({
    field: fc.constantFrom('label', 'annotation'),
    key: text,
    value: fc.option(pattern, { nil: undefined }),
  }),
  fc.record({
    field: fc.constant('platform' as const),
    os: pattern,
    architecture: fc.option(pattern, { nil: undefined }),
    variant: fc.constant(undefined),
  }),
  fc.record({ field: fc.constant('size' as const), comparison, bytes: fc.nat() }),
  fc.record({ field: fc.constant('pushed' as const), comparison, age: fc.nat() }),
  fc.record({ field: fc.constant('pushed' as const), comparison, day: fc.nat(20_000).map((day) => day * 86_400_000) }),
  fc.record({ field: fc.constant('signed' as const), isSigned: fc.boolean() }),
  fc.record({
    field: fc.constantFrom('base', 'base-of'),
    repository: fc.option(name, { nil: undefined }),
    reference: hex(64, 64).map((digits) => `sha256:${digits}`),
  }),
  fc.record({ field: fc.constantFrom('base', 'base-of'), repository: name, reference: fc.constantFrom('12', 'v1_x') }),
);

/** As a parser gives them: no list of one, and none of the same kind within another. */
const { tree } = fc.letrec<{ tree: QueryTree; leaf: QueryTree }>((tie) => ({
  leaf: term.map((one): QueryTree => ({ kind: 'term', term: one })),
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    tie('leaf'),
    tie('tree').map((of): QueryTree => ({ kind: 'not', of })),
    fc
      .tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(tie('tree'), { minLength: 2, maxLength: 3 }))
      .map(([kind, parts]): QueryTree => ({ kind, of: parts.flatMap((one) => (one.kind === kind ? one.of : [one])) })),
  ),
}));

describe('the query language', () => {
  it('takes a text, or says where it is wrong and what it expected; nothing else is thrown', () => {
    fc.assert(
      fc.property(anyText, (query) => {
        try {
          parseQuery(query);
        } catch (error) {
          if (!(error instanceof QueryError)) throw error;
          const { position, expected } = error.fault;
          expect(Number.isInteger(position) && position >= 0 && position <= query.length).toBe(true);
          expect(expected).not.toBe('');
        }
      }),
      RUNS,
    );
  });

  it('prints every tree as a text that is understood as the same', () => {
    fc.assert(
      fc.property(tree, (one) => {
        expect(parseQuery(printQuery(one))).toEqual(one);
      }),
      RUNS,
    );
  });

  it('understands what it has printed as what it has understood', () => {
    fc.assert(
      fc.property(anyText, (query) => {
        let one: QueryTree;
        try {
          one = parseQuery(query);
        } catch {
          return;
        }
        expect(parseQuery(printQuery(one))).toEqual(one);
      }),
      RUNS,
    );
  });
});
