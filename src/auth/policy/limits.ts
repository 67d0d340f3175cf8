import type { AccessGrant, Action } from '@berth/sdk';
import { LRUCache } from 'lru-cache';
import { matcherOf } from './pattern-match.js';

/** Repositories whose limits one credential remembers: a token has one or two, a robot's key a few hundred. */
const MOST_REMEMBERED = 500;

/** What a credential is good for, compiled. */
export class Limits {
  readonly #grants: readonly { readonly matches: (name: string) => boolean; readonly actions: readonly Action[] }[];
  readonly #remembered = new LRUCache<string, ReadonlySet<Action>>({ max: MOST_REMEMBERED });

  constructor(grants: readonly AccessGrant[]) {
    this.#grants = grants.map(({ repositories, actions }) => ({ matches: matcherOf(repositories), actions }));
  }

  cover(action: Action, repository: string): boolean {
    let covered = this.#remembered.get(repository);
    if (!covered) {
      covered = new Set(this.#grants.filter(({ matches }) => matches(repository)).flatMap(({ actions }) => actions));
      this.#remembered.set(repository, covered);
    }
    return covered.has(action);
  }
}
