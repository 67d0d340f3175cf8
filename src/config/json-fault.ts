/** Where a text stops being JSON. */
export interface JsonFault {
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units. */
  readonly column: number;
  readonly found: string;
  readonly expected: string;
}

type Expectation = 'value' | 'value or ]' | 'key' | 'key or }' | 'colon' | 'comma or ]' | 'comma or }' | 'end';

const EXPECTED: Readonly<Record<Expectation, string>> = {
  value: 'a value',
  'value or ]': 'a value or "]"',
  key: 'a key in straight double quotes',
  'key or }': 'a key in straight double quotes, or "}"',
  colon: '":"',
  'comma or ]': '"," or "]"',
  'comma or }': '"," or "}"',
  end: 'the end of the file',
};

const SPACE = /[ \t\r\n]*/y;
/** A string without its closing quote: no control character below U+0020, and only the eight escapes. */
const STRING = /"(?:[^"\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/uy;
const TOKEN = new RegExp(
  `[{}[\\],:]|${STRING.source}"|-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null`,
  'uy',
);
const TYPOGRAPHIC = /[\u00ab\u00bb\u2018-\u201f\u2032\u2033]/u;
/** Those that a program puts in the place of a straight double quote; the single ones are also apostrophes. */
const TYPOGRAPHIC_DOUBLE = /[\u00ab\u00bb\u201c-\u201f\u2033]/u;

/**
 * The first place at which `text` is not JSON (RFC 8259), or `undefined` where all of it is. JSON.parse does not always
 * say where it stopped, and never that a word processor has been at the quotes.
 */
export function findJsonFault(text: string): JsonFault | undefined {
  const open: ('{' | '[')[] = [];
  let expectation: Expectation = 'value';
  let at = 0;
  let string: { start: number; end: number } | undefined;
  for (;;) {
    at = match(SPACE, text, at)?.end ?? at;
    const token = match(TOKEN, text, at);
    if (!token && at >= text.length && expectation === 'end') return undefined;
    const next: Expectation | undefined = token && step(token.text, expectation, open);
    if (!token || next === undefined) return describeFault(text, at, expectation, string);
    string = token.text.startsWith('"') ? { start: at, end: token.end } : undefined;
    expectation = next;
    at = token.end;
  }
}

function match(pattern: RegExp, text: string, at: number): { text: string; end: number } | undefined {
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  return found ? { text: found[0], end: at + found[0].length } : undefined;
}

/** What may come after `token`, or `undefined` where `token` itself may not come. Keeps `open` up to date. */
function step(token: string, expectation: Expectation, open: ('{' | '[')[]): Expectation | undefined {
  const closes = (token === ']' || token === '}') && expectation.endsWith(token);
  if (closes) open.pop();
  if (closes) return afterValue(open);
  switch (expectation) {
    case 'key':
    case 'key or }':
      return token.startsWith('"') ? 'colon' : undefined;
    case 'colon':
      return token === ':' ? 'value' : undefined;
    case 'comma or }':
      return token === ',' ? 'key' : undefined;
    case 'comma or ]':
      return token === ',' ? 'value' : undefined;
    case 'end':
      return undefined;
    case 'value':
    case 'value or ]':
      if (token === '{' || token === '[') {
        open.push(token);
        return token === '{' ? 'key or }' : 'value or ]';
      }
      return /^[}\],:]/.test(token) ? undefined : afterValue(open);
  }
}

function afterValue(open: readonly ('{' | '[')[]): Expectation {
  const innermost = open.at(-1);
  if (innermost === undefined) return 'end';
  return innermost === '{' ? 'comma or }' : 'comma or ]';
}

function describeFault(
  text: string,
  at: number,
  expectation: Expectation,
  previous: { start: number; end: number } | undefined,
): JsonFault {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  if (TYPOGRAPHIC.test(character)) {
    return fault(text, at, `${named(character)}, a typographic quote`, 'straight quotes (") around keys and strings');
  }
  const broken = match(TOKEN, text, at) ? undefined : match(STRING, text, at);
  if (broken) {
    const quote = typographicQuote(text, at, broken.end);
    if (quote) return fault(text, quote.at, `${quote.name}, in a string that does not end`, 'a straight quote (")');
    return fault(text, broken.end, foundAt(text, broken.end), 'the rest of the string, and a closing quote (")');
  }
  const quote = previous && typographicQuote(text, previous.start, previous.end);
  const { line, column } = lineAndColumn(text, quote?.at ?? at);
  const hint = quote ? ` after a string with ${quote.name}, at line ${String(line)}, column ${String(column)}` : '';
  return fault(text, at, foundAt(text, at) + hint, EXPECTED[expectation]);
}

function typographicQuote(text: string, from: number, to: number): { at: number; name: string } | undefined {
  const offset = text.slice(from, to).search(TYPOGRAPHIC_DOUBLE);
  if (offset < 0) return undefined;
  return { at: from + offset, name: `${named(text.charAt(from + offset))}, a typographic quote` };
}

function fault(text: string, at: number, found: string, expected: string): JsonFault {
  return { ...lineAndColumn(text, at), found, expected };
}

function lineAndColumn(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

function foundAt(text: string, at: number): string {
  if (at >= text.length) return 'the end of the file';
  if (text.charAt(at) === '\n' || text.charAt(at) === '\r') return 'the end of the line';
  const word = /^[A-Za-z0-9_.+-]+/.exec(text.slice(at, at + 20));
  return word ? JSON.stringify(word[0]) : named(String.fromCodePoint(text.codePointAt(at) ?? 0));
}

/** A character with its code point, because many look alike. */
function named(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  if (/\p{Cc}/u.test(character)) return `the control character U+${code}`;
  return code < '0080' ? JSON.stringify(character) : `${character} (U+${code})`;
}
