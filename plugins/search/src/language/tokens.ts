import { joinedPattern, type Pattern, type PatternPiece } from './pattern.js';
import { QueryError } from './query-error.js';

/** A character of a word, as it was written: in quotes nothing is special. */
export interface WordCharacter {
  readonly text: string;
  readonly isQuoted: boolean;
  readonly position: number;
}

export type Token =
  | { readonly kind: '(' | ')' | 'AND' | 'OR' | 'NOT'; readonly position: number; readonly text: string }
  | {
      readonly kind: 'word';
      readonly position: number;
      readonly text: string;
      readonly characters: readonly WordCharacter[];
    }
  | { readonly kind: 'end'; readonly position: number; readonly text: '' };

const SPACE = /\s/;
const OPERATORS: ReadonlySet<string> = new Set(['AND', 'OR', 'NOT']);

/** Cuts a query into words, operators and parentheses. @throws QueryError where quotes are not closed */
export function tokensOf(query: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < query.length) {
    const character = query.charAt(at);
    if (SPACE.test(character)) {
      at += 1;
    } else if (character === '(' || character === ')') {
      tokens.push({ kind: character, position: at, text: character });
      at += 1;
    } else {
      const { token, end } = wordAt(query, at);
      tokens.push(token);
      at = end;
    }
  }
  tokens.push({ kind: 'end', position: query.length, text: '' });
  return tokens;
}

function wordAt(query: string, start: number): { readonly token: Token; readonly end: number } {
  const characters: WordCharacter[] = [];
  let at = start;
  let hasQuotes = false;
  while (at < query.length && !/[\s()]/.test(query.charAt(at))) {
    if (query.charAt(at) === '"') {
      hasQuotes = true;
      at = readQuoted(query, at, characters);
    } else {
      characters.push({ text: query.charAt(at), isQuoted: false, position: at });
      at += 1;
    }
  }
  const text = query.slice(start, at);
  const token: Token =
    !hasQuotes && OPERATORS.has(text)
      ? { kind: text as 'AND' | 'OR' | 'NOT', position: start, text }
      : { kind: 'word', position: start, text, characters };
  return { token, end: at };
}

/** Gives what comes behind the closing quote. A backslash takes the next character as it is. */
function readQuoted(query: string, opening: number, into: WordCharacter[]): number {
  let at = opening + 1;
  while (at < query.length) {
    const character = query.charAt(at);
    if (character === '"') return at + 1;
    const position = character === '\\' ? at + 1 : at;
    if (position < query.length) into.push({ text: query.charAt(position), isQuoted: true, position });
    at = position + 1;
  }
  throw new QueryError({ position: query.length, expected: 'a closing quote (")', found: '' });
}

/** What characters of a word describe. */
export function patternOf(characters: readonly WordCharacter[]): Pattern {
  return joinedPattern(
    characters.map(({ text, isQuoted }): PatternPiece =>
      !isQuoted && (text === '*' || text === '?') ? text : { text },
    ),
  );
}

/** The text of characters, wildcards among it. */
export function textOf(characters: readonly WordCharacter[]): string {
  return characters.map(({ text }) => text).join('');
}
