import { type Action, parseRepositoryName, type RepositoryName } from '@berth/sdk';
import { ALLOWED_BY } from '../foreign/access-claims.js';

/** A client asks for one or two. */
const MOST_SCOPES = 100;
/** The type, perhaps with a class in brackets, the name, in which there may be a colon before a port, and the actions. */
const SCOPE = /^([a-z0-9]+)(?:\([a-z0-9]+\))?:(.+):([a-z*]+(?:,[a-z*]+)*)$/;

/** What a client asks a token for. */
export interface TokenScope {
  /** For each repository the actions, in our words. */
  readonly repositories: ReadonlyMap<RepositoryName, ReadonlySet<Action>>;
  /** The list of all repositories. */
  readonly catalog: boolean;
}

/**
 * The values of `scope`, several in one with spaces between. What is malformed, of an unknown type, about no repository, or one too
 * many asks for nothing. https://distribution.github.io/distribution/spec/auth/scope/
 */
export function parseTokenScope(values: readonly string[]): TokenScope {
  const repositories = new Map<RepositoryName, Set<Action>>();
  let catalog = false;
  for (const text of values.flatMap((value) => value.split(' ')).slice(0, MOST_SCOPES)) {
    const [, type, name = '', words = ''] = SCOPE.exec(text) ?? [];
    const repository = type === 'repository' ? parseRepositoryName(name) : undefined;
    if (type === 'registry' && name === 'catalog' && words === '*') catalog = true;
    if (repository === undefined) continue;
    const asked = repositories.get(repository) ?? new Set<Action>();
    for (const action of actionsOf(words)) asked.add(action);
    repositories.set(repository, asked);
  }
  return { repositories, catalog };
}

function actionsOf(words: string): readonly Action[] {
  return words.split(',').flatMap((word) => (Object.hasOwn(ALLOWED_BY, word) ? (ALLOWED_BY[word] ?? []) : []));
}

/** Docker's words for actions: `push` is to create, or to update, or both. */
export function wordsOf(actions: readonly Action[]): readonly string[] {
  return ['pull', 'push', 'delete'].filter((word) => ALLOWED_BY[word]?.some((action) => actions.includes(action)));
}
