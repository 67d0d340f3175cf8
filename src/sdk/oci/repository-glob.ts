import { type GlobPart, parseGlob } from './glob-pattern.js';

/** A pattern over repository names, compiled. */
export interface RepositoryGlob {
  /** As it was written. */
  readonly pattern: string;
  /** True where the pattern describes the whole of `name`. The time grows with the length of both, never faster than their product. */
  matches(name: string): boolean;
}

/**
 * One step of a compiled pattern. `folders` is any number of parts with the slash behind each, and `inFolder` follows it: in the middle of
 * such a part. `rest` is whatever there is, and `below` the end, or the slash before a rest.
 */
type Step = GlobPart | { readonly kind: 'folders' | 'inFolder' | 'rest' | 'below' };

/**
 * `pattern` as zot reads the keys of its access rules (the Go library doublestar): `*` stands for any characters but a slash, `?` for
 * one of them, `[a-z]` and `[^a-z]` for one of a class, `{a,b}` for either, a part `**` for any number of parts. So `**` matches
 * everything, and `team/**` what lies below `team`, and `team`. A backslash takes the next character as it is. `undefined` where it is malformed, or
 * its alternatives are too many to spell out.
 */
export function parseRepositoryGlob(pattern: string): RepositoryGlob | undefined {
  const programs = parseGlob(pattern)?.map(compile);
  return programs && { pattern, matches: (name) => programs.some((steps) => run(steps, name)) };
}

function compile(parts: readonly GlobPart[]): readonly Step[] {
  const segments = segmentsOf(parts);
  const last = segments.length - 1;
  const steps: Step[] = [];
  segments.forEach((segment, at) => {
    const isAnyFolders = segment.length === 2 && segment.every(({ kind }) => kind === 'star');
    const isAfterFolders = at === 0 || isFoldersStep(steps.at(-1));
    if (isAnyFolders && at === last) {
      if (!isAfterFolders) steps.push({ kind: 'below' });
      steps.push({ kind: 'rest' });
      return;
    }
    if (!isAfterFolders) steps.push({ kind: 'character', character: '/' });
    if (isAnyFolders) steps.push({ kind: 'folders' }, { kind: 'inFolder' });
    else steps.push(...segment);
  });
  return steps;
}

/** What `**` stands for brings its slash with it. */
function isFoldersStep(step: Step | undefined): boolean {
  return step?.kind === 'inFolder';
}

function segmentsOf(parts: readonly GlobPart[]): readonly (readonly GlobPart[])[] {
  const segments: GlobPart[][] = [[]];
  for (const part of parts) {
    if (part.kind === 'character' && part.character === '/') segments.push([]);
    else segments.at(-1)?.push(part);
  }
  return segments;
}

/** Holds all places in the pattern that the name so far may have come to, so that nothing is tried twice. */
function run(steps: readonly Step[], name: string): boolean {
  const end = steps.length;
  let current = new Uint8Array(end + 1);
  current[0] = 1;
  skip(steps, current);
  for (const character of name) {
    const next = new Uint8Array(end + 1);
    steps.forEach((step, at) => {
      if (current[at] === 1) advance(step, at, character, next);
    });
    current = next;
    skip(steps, current);
  }
  return current[end] === 1;
}

/** Marks what is reached without a character. It only leads forwards, so one pass does. */
function skip(steps: readonly Step[], places: Uint8Array): void {
  steps.forEach(({ kind }, at) => {
    if (places[at] !== 1) return;
    if (kind === 'star') places[at + 1] = 1;
    if (kind === 'folders') places[at + 2] = 1;
    if (kind === 'rest' || kind === 'below') places[steps.length] = 1;
  });
}

function advance(step: Step, at: number, character: string, next: Uint8Array): void {
  const isSlash = character === '/';
  switch (step.kind) {
    case 'rest':
      next[at] = 1;
      return;
    case 'folders':
    case 'inFolder': {
      const folders = step.kind === 'folders' ? at : at - 1;
      next[isSlash ? folders : folders + 1] = 1;
      return;
    }
    case 'star':
      if (!isSlash) next[at] = 1;
      return;
    case 'any':
      if (!isSlash) next[at + 1] = 1;
      return;
    case 'class':
      if (!isSlash && isInClass(step, character)) next[at + 1] = 1;
      return;
    case 'character':
      if (step.character === character) next[at + 1] = 1;
      return;
    case 'below':
      if (isSlash) next[at + 1] = 1;
      return;
  }
}

function isInClass({ ranges, negated }: Extract<GlobPart, { kind: 'class' }>, character: string): boolean {
  return ranges.some(([first, last]) => first <= character && character <= last) !== negated;
}
