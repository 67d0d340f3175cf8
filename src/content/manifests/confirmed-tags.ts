import type { Clock, Digest, RepositoryName, Tag } from '@berth/sdk';
import { LRUCache } from 'lru-cache';

/** At most so many; what does not fit is asked for again. */
const CAPACITY = 100_000;

interface Confirmed {
  readonly digest: Digest;
  readonly since: number;
  /** Milliseconds. */
  readonly freshFor: number;
}

/** Where tags point, as long as their source said that it holds: asking it each time costs more than the rest of a pull. */
export class ConfirmedTags {
  readonly #tags = new LRUCache<string, Confirmed>({ max: CAPACITY });

  constructor(private readonly clock: Clock) {}

  confirm(repository: RepositoryName, tag: Tag, digest: Digest, freshFor: number): void {
    this.#tags.set(`${repository}:${tag}`, { digest, since: this.clock.now(), freshFor });
  }

  /** Whether a tag that points at `digest` here does so for certain. */
  holds(repository: RepositoryName, tag: Tag, digest: Digest): boolean {
    const known = this.#tags.get(`${repository}:${tag}`);
    if (known?.digest !== digest) return false;
    const age = this.clock.now() - known.since;
    // A clock that was set back makes nothing last.
    return age >= 0 && age < known.freshFor;
  }
}
