import { type AccessGrant, type Action, ACTIONS, isSection, parseRepositoryName } from '@berth/sdk';
import { LEEWAY } from '../token-check.js';

/** What the words of Docker's tokens allow. */
export const ALLOWED_BY: Readonly<Record<string, readonly Action[]>> = {
  pull: ['read'],
  push: ['create', 'update'],
  delete: ['delete'],
  '*': ACTIONS,
};

/** What a token allows, in our words. */
export interface AccessClaims {
  readonly grants: readonly AccessGrant[];
  readonly catalog: boolean;
  /** When the first entry runs out that has a time of its own, in milliseconds since the epoch; otherwise infinite. */
  readonly until: number;
}

/** The claim `access`. What is malformed, has run out, or is about no repository grants nothing. `now`: milliseconds since the epoch. */
export function readAccessClaims(access: unknown, now: number): AccessClaims {
  const entries = Array.isArray(access) ? access.map((entry) => readEntry(entry, now)) : [];
  const known = entries.filter((entry) => entry !== undefined);
  return {
    grants: known.flatMap(({ grant }) => grant ?? []),
    catalog: known.some(({ catalog }) => catalog === true),
    until: Math.min(...known.map(({ until }) => until)),
  };
}

interface Entry {
  readonly grant?: AccessGrant;
  readonly catalog?: true;
  readonly until: number;
}

function readEntry(entry: unknown, now: number): Entry | undefined {
  if (!isSection(entry)) return undefined;
  const { type, name, actions, exp = Number.POSITIVE_INFINITY } = entry;
  if (typeof exp !== 'number' || (exp + LEEWAY) * 1000 <= now) return undefined;
  if (typeof name !== 'string' || !Array.isArray(actions)) return undefined;
  const until = exp * 1000;
  if (type === 'registry') return name === 'catalog' && actions.includes('*') ? { catalog: true, until } : undefined;
  // No name is a glob: `**` is no name.
  const repository = type === 'repository' ? parseRepositoryName(name) : undefined;
  return repository && { grant: { repositories: repository, actions: actionsOf(actions) }, until };
}

function actionsOf(words: readonly unknown[]): readonly Action[] {
  const known = words.filter((word) => typeof word === 'string' && Object.hasOwn(ALLOWED_BY, word));
  const allowed = new Set(known.flatMap((word) => ALLOWED_BY[String(word)] ?? []));
  return ACTIONS.filter((action) => allowed.has(action));
}
