import type { Pattern } from './pattern.js';
import type { QueryTree, Term } from './query-tree.js';

/** A query that parses to `tree`. */
export function printQuery(tree: QueryTree): string {
  switch (tree.kind) {
    case 'all':
      return '';
    case 'term':
      return printTerm(tree.term);
    case 'not':
      return `NOT ${printed(tree.of, ['and', 'or'])}`;
    case 'and':
      return tree.of.map((part) => printed(part, ['and', 'or'])).join(' AND ');
    case 'or':
      return tree.of.map((part) => printed(part, ['or'])).join(' OR ');
  }
}

function printed(tree: QueryTree, parenthesised: readonly QueryTree['kind'][]): string {
  return parenthesised.includes(tree.kind) ? `(${printQuery(tree)})` : printQuery(tree);
}

function printTerm(term: Term): string {
  switch (term.field) {
    case 'text':
      return printPattern(term.pattern);
    case 'repo':
    case 'tag':
    case 'mediatype':
    case 'artifacttype':
    case 'mirrored-from':
      return `${term.field}:${printPattern(term.pattern)}`;
    case 'version':
      return `tag:semver:${quoted(term.range)}`;
    case 'digest':
      return `digest:${term.prefix}`;
    case 'label':
    case 'annotation':
      return `${term.field}:${quoted(term.key)}${term.value ? `=${printPattern(term.value)}` : ''}`;
    case 'platform': {
      const parts = [term.os, term.architecture, term.variant].filter((part) => part !== undefined);
      return `platform:${parts.map(printPart).join('/')}`;
    }
    case 'size':
      return `size:${term.comparison}${String(term.bytes)}`;
    case 'pushed':
      return 'day' in term
        ? `pushed:${term.comparison}${new Date(term.day).toISOString().slice(0, 10)}`
        : `pushed:${term.comparison}${printAge(term.age)}`;
    case 'signed':
      return `signed:${String(term.isSigned)}`;
    case 'base':
    case 'base-of':
      return `${term.field}:${quoted(printBase(term))}`;
  }
}

function printBase({ repository, reference }: Extract<Term, { field: 'base' | 'base-of' }>): string {
  if (repository === undefined) return reference;
  return `${repository}${reference.includes(':') ? '@' : ':'}${reference}`;
}

function printAge(age: number): string {
  return `${age.toFixed(6)}ms`;
}

function printPattern(pattern: Pattern): string {
  return pattern.map((piece) => (typeof piece === 'string' ? piece : quoted(piece.text))).join('');
}

/** A slash that parts no platform stands in quotes. */
function printPart(pattern: Pattern): string {
  return pattern
    .map((piece) => {
      if (typeof piece === 'string') return piece;
      return piece.text.includes('/') ? inQuotes(piece.text) : quoted(piece.text);
    })
    .join('');
}

/** Without quotes where nothing in the text is special. */
function quoted(text: string): string {
  const isPlain = /^[A-Za-z0-9._/-]+$/.test(text) && !/^(AND|OR|NOT)$/.test(text);
  return isPlain ? text : inQuotes(text);
}

function inQuotes(text: string): string {
  return `"${text.replace(/["\\]/g, (special) => `\\${special}`)}"`;
}
