import { LRUCache } from 'lru-cache';
import type { AccessControlConfig } from './access-control.config.js';
import { PATTERN_ORDERS } from './pattern-order.js';
import { PatternRules } from './pattern-rules.js';

/** Repositories whose deciding pattern is remembered. */
const MOST_REMEMBERED = 10_000;

/** The patterns of a configuration in the order in which they decide. */
export class PatternTable {
  readonly #ordered: readonly PatternRules[];
  readonly #remembered = new LRUCache<string, { readonly rules: PatternRules | undefined }>({ max: MOST_REMEMBERED });

  constructor({ repositories, patternOrder }: AccessControlConfig) {
    const compare = PATTERN_ORDERS[patternOrder];
    this.#ordered = [...repositories]
      .sort(([left], [right]) => compare(left, right))
      .map(([pattern, rules]) => new PatternRules(pattern, rules));
  }

  get hasConditions(): boolean {
    return this.#ordered.some(({ hasConditions }) => hasConditions);
  }

  /** The rules that count in `repository`; `undefined` where no pattern matches. */
  deciding(repository: string): PatternRules | undefined {
    let found = this.#remembered.get(repository);
    if (!found) {
      found = { rules: this.#ordered.find((rules) => rules.matches(repository)) };
      this.#remembered.set(repository, found);
    }
    return found.rules;
  }

  /** All that match, the one that decides first. */
  matching(repository: string): readonly string[] {
    return this.#ordered.filter((rules) => rules.matches(repository)).map(({ pattern }) => pattern);
  }
}
