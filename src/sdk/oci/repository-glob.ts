import { parseGlob } from './glob-pattern.js';
import { advance, compileGlob, skip, type Step } from './glob-steps.js';

/** A pattern over repository names, compiled. */
export interface RepositoryGlob {
  /** As it was written. */
  readonly pattern: string;
  /** True where the pattern describes the whole of `name`. The time grows with the length of both, never faster than their product. */
  matches(name: string): boolean;
}

/**
 * `pattern` as zot reads the keys of its access rules (the Go library doublestar): `*` stands for any characters but a slash, `?` for
 * one of them, `[a-z]` and `[^a-z]` for one of a class, `{a,b}` for either, a part `**` for any number of parts. So `**` matches
 * everything, and `team/**` what lies below `team`, and `team`. A backslash takes the next character as it is. `undefined` where it is malformed, or
 * its alternatives are too many to spell out.
 */
export function parseRepositoryGlob(pattern: string): RepositoryGlob | undefined {
  const programs = parseGlob(pattern)?.map(compileGlob);
  return programs && { pattern, matches: (name) => programs.some((steps) => run(steps, name)) };
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
