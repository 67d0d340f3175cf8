/** A part of a glob once its alternatives are spelled out. */
export type GlobPart =
  | { readonly kind: 'character'; readonly character: string }
  /** `?` */
  | { readonly kind: 'any' }
  /** `*` */
  | { readonly kind: 'star' }
  /** `[...]` */
  | { readonly kind: 'class'; readonly negated: boolean; readonly ranges: readonly CharacterRange[] };

/** From the first to the last character, both included. */
export type CharacterRange = readonly [first: string, last: string];

/** `undefined`: the pattern is not of the grammar. */
type Parsed<Result> = { readonly result: Result; readonly end: number } | undefined;

type Sequence = readonly GlobPart[];

/** A pattern is written by hand, and more than this is a mistake. */
const LONGEST_PATTERN = 1024;
/** Sequences that alternatives may be spelled out to: `{a,b}{c,d}` makes four. */
const MOST_SEQUENCES = 256;
const DEEPEST_BRACES = 16;

/** All that `pattern` may mean, alternatives spelled out; `undefined` where it is malformed or too large. */
export function parseGlob(pattern: string): readonly Sequence[] | undefined {
  if (pattern.length > LONGEST_PATTERN) return undefined;
  const characters = Array.from(pattern);
  const parsed = parseSequences(characters, 0, 0);
  return parsed?.end === characters.length ? parsed.result : undefined;
}

/** Reads up to the end, or inside braces to the comma or brace that ends the alternative. */
function parseSequences(characters: readonly string[], start: number, depth: number): Parsed<readonly Sequence[]> {
  let sequences: readonly Sequence[] = [[]];
  let at = start;
  while (at < characters.length) {
    const character = characters[at];
    if (character === '}' || (character === ',' && depth > 0)) break;
    const next = character === '{' ? parseBraces(characters, at, depth) : parsePart(characters, at);
    if (!next || sequences.length * next.result.length > MOST_SEQUENCES) return undefined;
    sequences = sequences.flatMap((head) => next.result.map((tail) => [...head, ...tail]));
    at = next.end;
  }
  return { result: sequences, end: at };
}

function parseBraces(characters: readonly string[], start: number, depth: number): Parsed<readonly Sequence[]> {
  if (depth >= DEEPEST_BRACES) return undefined;
  const alternatives: Sequence[] = [];
  let at = start;
  do {
    const alternative = parseSequences(characters, at + 1, depth + 1);
    if (!alternative) return undefined;
    alternatives.push(...alternative.result);
    at = alternative.end;
  } while (characters[at] === ',');
  return characters[at] === '}' ? { result: alternatives, end: at + 1 } : undefined;
}

/** One part, as the only sequence of one. */
function parsePart(characters: readonly string[], at: number): Parsed<readonly Sequence[]> {
  const character = characters[at];
  if (character === '[') {
    const parsed = parseClass(characters, at);
    return parsed && { result: [[parsed.result]], end: parsed.end };
  }
  if (character === '*') return { result: [[{ kind: 'star' }]], end: at + 1 };
  if (character === '?') return { result: [[{ kind: 'any' }]], end: at + 1 };
  const literal = parseCharacter(characters, at);
  return literal && { result: [[{ kind: 'character', character: literal.result }]], end: literal.end };
}

function parseClass(characters: readonly string[], start: number): Parsed<GlobPart> {
  const sign = characters[start + 1];
  const negated = sign === '!' || sign === '^';
  const ranges: CharacterRange[] = [];
  let at = start + (negated ? 2 : 1);
  while (at < characters.length && characters[at] !== ']') {
    const first = parseCharacter(characters, at);
    if (!first) return undefined;
    const isRange = characters[first.end] === '-' && characters[first.end + 1] !== ']';
    const last = isRange ? parseCharacter(characters, first.end + 1) : first;
    if (!last || last.result < first.result) return undefined;
    ranges.push([first.result, last.result]);
    at = last.end;
  }
  if (at >= characters.length || ranges.length === 0) return undefined;
  return { result: { kind: 'class', negated, ranges }, end: at + 1 };
}

/** A character as it is, or one behind a backslash. */
function parseCharacter(characters: readonly string[], start: number): Parsed<string> {
  const at = characters[start] === '\\' ? start + 1 : start;
  const character = characters[at];
  return character === undefined ? undefined : { result: character, end: at + 1 };
}
