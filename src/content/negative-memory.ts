import type { Clock } from '@berth/sdk';
import { LRUCache } from 'lru-cache';

/** Milliseconds for which a "no" is repeated without asking again: brief, since it may become a "yes" at any time. */
const REMEMBERED = 10_000;
/** At most so many, so that asking for names that nobody has fills no memory. */
const CAPACITY = 10_000;

/** Remembers what sources do not have and gates do not want. */
export class NegativeMemory<Answer> {
  readonly #answers = new LRUCache<string, { readonly answer: Answer; readonly since: number }>({ max: CAPACITY });

  constructor(private readonly clock: Clock) {}

  recall(key: string): Answer | undefined {
    const entry = this.#answers.get(key);
    if (!entry) return undefined;
    const age = this.clock.now() - entry.since;
    // A clock that was set back makes nothing last.
    if (age >= 0 && age < REMEMBERED) return entry.answer;
    this.#answers.delete(key);
    return undefined;
  }

  remember(key: string, answer: Answer): void {
    this.#answers.set(key, { answer, since: this.clock.now() });
  }
}
