import type { PatternOrder } from './access-control.config.js';

/** Negative where `left` decides before `right`. Never 0 for two patterns that differ, so what decides never depends on where it stands. */
export type ComparePatterns = (left: string, right: string) => number;

/** Zot's order: the longer pattern decides. Of two that are as long, where zot takes any, the more specific one. */
const longest: ComparePatterns = (left, right) =>
  lengthOf(right) - lengthOf(left) || compareSegments(left, right) || compareText(left, right);

/** Part by part, literal text before text with wildcards, that before `*`, and that before `**`; then as `longest`. */
const specific: ComparePatterns = (left, right) => compareSegments(left, right) || longest(left, right);

export const PATTERN_ORDERS: Readonly<Record<PatternOrder, ComparePatterns>> = { longest, specific };

/** Go counts bytes. */
function lengthOf(pattern: string): number {
  return Buffer.byteLength(pattern);
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** How much a part of a pattern leaves open; the end of a pattern counts as one, which leaves open what the part before it does. */
const OPENNESS = { end: 0, literal: 1, mixed: 2, star: 3, anyFolders: 4, endOfAnyFolders: 5 } as const;

function compareSegments(left: string, right: string): number {
  const [ranksOfLeft, ranksOfRight] = [ranksOf(left), ranksOf(right)];
  for (const [at, [openness, literals]] of ranksOfLeft.entries()) {
    const other = ranksOfRight[at];
    if (!other) return 0;
    const difference = openness - other[0] || other[1] - literals;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Of each part: how open it is, and, of those with wildcards, how many characters are none. */
type Rank = readonly [openness: number, literals: number];

function ranksOf(pattern: string): readonly Rank[] {
  const ranks = segmentsOf(pattern).map(rankOf);
  const endsOpen = ranks.at(-1)?.[0] === OPENNESS.anyFolders;
  return [...ranks, [endsOpen ? OPENNESS.endOfAnyFolders : OPENNESS.end, 0]];
}

/** The parts between slashes, those within braces left where they are. */
function segmentsOf(pattern: string): readonly string[] {
  const segments: string[] = [];
  let segment = '';
  let depth = 0;
  for (const [text] of pattern.matchAll(/\\.|[^]/gsu)) {
    if (text === '{') depth++;
    if (text === '}') depth--;
    if (text !== '/' || depth > 0) segment += text;
    else {
      segments.push(segment);
      segment = '';
    }
  }
  return [...segments, segment];
}

function rankOf(segment: string): Rank {
  if (segment === '**') return [OPENNESS.anyFolders, 0];
  if (/^\*+$/.test(segment)) return [OPENNESS.star, 0];
  const plain = segment.replace(/\\./gsu, 'x');
  if (!/[*?{[]/.test(plain)) return [OPENNESS.literal, 0];
  return [OPENNESS.mixed, withoutBraces(plain.replace(/\[[^\]]*\]/g, '')).replace(/[*?]/g, '').length];
}

function withoutBraces(text: string): string {
  const less = text.replace(/\{[^{}]*\}/g, '');
  return less === text ? text : withoutBraces(less);
}
