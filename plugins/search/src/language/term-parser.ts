import { DIGEST_ALGORITHMS, isDigestAlgorithm, parseByteSize, parseDuration, parseTag } from '@berth/sdk';
import { Range } from 'semver';
import type { Pattern } from './pattern.js';
import { QueryError } from './query-error.js';
import { MOST_WILDCARDS } from './query-limits.js';
import { type Comparison, type Field, FIELDS, type Term } from './query-tree.js';
import { patternOf, textOf, type WordCharacter } from './tokens.js';

/** A value as it stands behind its field. */
interface Value {
  readonly characters: readonly WordCharacter[];
  readonly position: number;
  readonly end: number;
}

type ParseValue = (value: Value) => Term;

const DAY = 86_400_000;
/** Fewer digits describe too much to be of use. */
const FEWEST_HEX_DIGITS = 4;
const LONGEST_RANGE = 200;

const PARSERS: Readonly<Record<Field, ParseValue>> = {
  repo: (value) => ({ field: 'repo', pattern: patternIn(value, 'a repository or a pattern, such as team-a/**') }),
  tag: tagTerm,
  digest: digestTerm,
  label: (value) => pairTerm('label', value),
  annotation: (value) => pairTerm('annotation', value),
  platform: platformTerm,
  mediatype: (value) => ({ field: 'mediatype', pattern: patternIn(value, 'a media type') }),
  artifacttype: (value) => ({ field: 'artifacttype', pattern: patternIn(value, 'an artifact type') }),
  size: sizeTerm,
  pushed: pushedTerm,
  signed: signedTerm,
  base: (value) => baseTerm('base', value),
  'base-of': (value) => baseTerm('base-of', value),
  'mirrored-from': (value) => ({ field: 'mirrored-from', pattern: patternIn(value, 'an upstream, such as docker.io') }),
};

/** The term that a word is. @throws QueryError where it is none */
export function termOf(characters: readonly WordCharacter[], position: number, end: number): Term {
  const colon = characters.findIndex(({ text, isQuoted }) => text === ':' && !isQuoted);
  const isFielded = colon > 0 && characters.slice(0, colon).every(({ isQuoted }) => !isQuoted);
  if (!isFielded) return { field: 'text', pattern: patternIn({ characters, position, end }, 'a word') };
  const name = textOf(characters.slice(0, colon));
  if (isDigestAlgorithm(name)) return digestTerm({ characters, position, end });
  const field = FIELDS.find((known) => known === name);
  if (field === undefined) {
    const expected = `one of the fields ${FIELDS.join(', ')} (or quotes around text with a colon)`;
    throw new QueryError({ position, expected, found: name });
  }
  const rest = characters.slice(colon + 1);
  return PARSERS[field]({ characters: rest, position: rest[0]?.position ?? end, end });
}

function patternIn({ characters, position }: Value, expected: string): Pattern {
  const pattern = patternOf(characters);
  if (pattern.length === 0) throw new QueryError({ position, expected, found: '' });
  if (pattern.filter((piece) => typeof piece === 'string').length > MOST_WILDCARDS) {
    const limit = `at most ${String(MOST_WILDCARDS)} wildcards (* and ?) in a pattern`;
    throw new QueryError({ position, expected: limit, found: textOf(characters) });
  }
  return pattern;
}

function plainIn(value: Value, expected: string): string {
  const text = textOf(value.characters);
  if (text === '') throw new QueryError({ position: value.position, expected, found: '' });
  return text;
}

function tagTerm(value: Value): Term {
  const text = textOf(value.characters);
  const marker = 'semver:';
  const isVersion =
    text.startsWith(marker) && value.characters.slice(0, marker.length).every(({ isQuoted }) => !isQuoted);
  if (!isVersion) return { field: 'tag', pattern: patternIn(value, 'a tag or a pattern, such as 1.2*') };
  const range = text.slice(marker.length).trim();
  const position = value.characters[marker.length]?.position ?? value.end;
  if (range === '' || range.length > LONGEST_RANGE || !isRange(range)) {
    throw new QueryError({ position, expected: 'a range of semantic versions, such as ^1.2', found: range });
  }
  return { field: 'version', range };
}

function isRange(text: string): boolean {
  try {
    return new Range(text).set.length > 0;
  } catch (cause) {
    if (cause instanceof TypeError) return false;
    throw cause;
  }
}

function digestTerm(value: Value): Term {
  const expected = `a digest or its first ${String(FEWEST_HEX_DIGITS)} digits or more, such as sha256:6c3c…`;
  const prefix = plainIn(value, expected).toLowerCase();
  const [algorithm = '', encoded] = prefix.includes(':') ? prefix.split(':', 2) : ['sha256', prefix];
  const isRight =
    isDigestAlgorithm(algorithm) &&
    encoded !== undefined &&
    prefix.split(':').length <= 2 &&
    encoded.length >= FEWEST_HEX_DIGITS &&
    encoded.length <= DIGEST_ALGORITHMS[algorithm] &&
    /^[0-9a-f]+$/.test(encoded);
  if (!isRight) throw new QueryError({ position: value.position, expected, found: prefix });
  return { field: 'digest', prefix: `${algorithm}:${encoded}` };
}

/** The key goes up to the first equals sign, which a quoted one may hold. */
function pairTerm(field: 'label' | 'annotation', { characters, position, end }: Value): Term {
  const expected = `a ${field}, such as key=value, or its key alone`;
  const equals = characters.findIndex(({ text, isQuoted }) => text === '=' && !isQuoted);
  const key = plainIn({ characters: equals < 0 ? characters : characters.slice(0, equals), position, end }, expected);
  if (equals < 0) return { field, key, value: undefined };
  const rest = characters.slice(equals + 1);
  const value = rest.length === 0 ? [] : patternIn({ characters: rest, position, end }, expected);
  return { field, key, value };
}

function platformTerm({ characters, position, end }: Value): Term {
  const expected = 'a platform, such as linux/arm64 or linux/arm/v7';
  const parts: WordCharacter[][] = [[]];
  for (const character of characters) {
    if (character.text === '/' && !character.isQuoted) parts.push([]);
    else parts.at(-1)?.push(character);
  }
  if (parts.length > 3) throw new QueryError({ position, expected, found: textOf(characters) });
  const [os = [], architecture, variant] = parts;
  const patternAt = (part: WordCharacter[]): Pattern => patternIn({ characters: part, position, end }, expected);
  return {
    field: 'platform',
    os: patternAt(os),
    architecture: architecture && patternAt(architecture),
    variant: variant && patternAt(variant),
  };
}

const COMPARISON = /^(<=|>=|<|>|=)?(.*)$/s;

function comparisonIn(text: string): readonly [Comparison, string] {
  const [, comparison, rest = ''] = COMPARISON.exec(text) ?? [];
  return [(comparison ?? '=') as Comparison, rest];
}

function sizeTerm(value: Value): Term {
  const expected = 'a size, such as >1GB or <=500MiB';
  const text = plainIn(value, expected);
  const [comparison, rest] = comparisonIn(text);
  const bytes = parseByteSize(rest);
  if (bytes === undefined) throw new QueryError({ position: value.position, expected, found: text });
  return { field: 'size', comparison, bytes };
}

const AGE = /^(\d{1,6})([dw])$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

function pushedTerm(value: Value): Term {
  const expected = 'an age, such as <7d or >=12h, or a day, such as >2026-01-31';
  const text = plainIn(value, expected);
  const [comparison, rest] = comparisonIn(text);
  if (DATE.test(rest)) {
    const day = Date.parse(rest);
    if (!Number.isNaN(day)) return { field: 'pushed', comparison, day };
  }
  const match = AGE.exec(rest);
  const age = match ? Number(match[1]) * (match[2] === 'w' ? 7 * DAY : DAY) : parseDuration(rest);
  // An age is never met to the millisecond.
  if (age === undefined || age < 0 || comparison === '=') {
    throw new QueryError({ position: value.position, expected, found: text });
  }
  return { field: 'pushed', comparison, age };
}

function signedTerm(value: Value): Term {
  const text = textOf(value.characters);
  if (text !== 'true' && text !== 'false') {
    throw new QueryError({ position: value.position, expected: 'true or false', found: text });
  }
  return { field: 'signed', isSigned: text === 'true' };
}

function baseTerm(field: 'base' | 'base-of', value: Value): Term {
  const expected = 'an image, such as library/debian:12, library/debian@sha256:… or sha256:…';
  const text = plainIn(value, expected);
  const whole = /^(?:([^@:]+)@)?((?:sha256|sha512):[0-9a-f]{64,128})$/.exec(text);
  if (whole?.[2] !== undefined) return { field, repository: whole[1], reference: whole[2] };
  const tagged = /^([^@:]+)(?::([^@:]+))?$/.exec(text);
  const reference = tagged?.[2] ?? 'latest';
  if (tagged?.[1] === undefined || parseTag(reference) === undefined) {
    throw new QueryError({ position: value.position, expected, found: text });
  }
  return { field, repository: tagged[1], reference };
}
