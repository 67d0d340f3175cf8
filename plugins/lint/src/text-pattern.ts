import { RE2JS } from 're2js';

/** A regular expression that a whole text matches or not, in time linear in its length: nothing backtracks. */
export interface TextPattern {
  /** As it was written. */
  readonly source: string;
  matches(text: string): boolean;
}

export type ParsedTextPattern =
  | { readonly outcome: 'valid'; readonly pattern: TextPattern }
  | { readonly outcome: 'invalid'; readonly problem: string };

/** `source` in the syntax of RE2, which Go has too; `invalid` with what is wrong. */
export function parseTextPattern(source: string): ParsedTextPattern {
  try {
    const compiled = RE2JS.compile(source);
    return { outcome: 'valid', pattern: { source, matches: (text) => compiled.matches(text) } };
  } catch (cause) {
    return { outcome: 'invalid', problem: cause instanceof Error ? cause.message : String(cause) };
  }
}

/** A pattern that has been validated. */
export function compilePattern(source: string): TextPattern {
  const parsed = parseTextPattern(source);
  if (parsed.outcome === 'invalid') throw new Error(`${source}: ${parsed.problem}`);
  return parsed.pattern;
}
