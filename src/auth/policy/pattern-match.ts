import { parseRepositoryGlob } from '@berth/sdk';

const WILDCARD = /[*?[\]{}\\]/;

/**
 * Whether a repository's name is one that `pattern` describes; of a malformed pattern, that none is. The patterns that people write are
 * compared as text, a few nanoseconds each; the others too as far as their first wildcard.
 */
export function matcherOf(pattern: string): (name: string) => boolean {
  if (pattern === '**') return () => true;
  if (!WILDCARD.test(pattern)) return (name) => name === pattern;
  const folder = pattern.slice(0, -'/**'.length);
  if (pattern.endsWith('/**') && !WILDCARD.test(folder)) {
    const below = `${folder}/`;
    return (name) => name.startsWith(below) || name === folder;
  }
  const glob = parseRepositoryGlob(pattern);
  if (!glob) return () => false;
  const prefix = literalPrefixOf(pattern);
  return (name) => name.startsWith(prefix) && glob.matches(name);
}

/** What every name that `pattern` describes begins with: the text before the first wildcard, without the slash that a `**` behind it may swallow. */
export function literalPrefixOf(pattern: string): string {
  const first = pattern.search(WILDCARD);
  if (first < 0) return pattern;
  const text = pattern.slice(0, first);
  return text.endsWith('/') ? text.slice(0, -1) : text;
}
