import { Injectable } from '@nestjs/common';
import { Clock, type Descriptor, type RepositoryName, type Tag } from '@berth/sdk';
import { BoundedMemory } from './bounded-memory.js';

/** Where tags pointed when their upstream was asked last. In memory, as in zot: after a restart each is asked for once. */
@Injectable()
export class FreshTags {
  readonly #known;

  constructor(clock: Clock) {
    this.#known = new BoundedMemory<Descriptor>(clock, 100_000);
  }

  /** What the upstream said no longer than `within` milliseconds ago. */
  recall(repository: RepositoryName, tag: Tag, within: number): Descriptor | undefined {
    return this.#known.recall(`${repository}:${tag}`, within);
  }

  /** Milliseconds for which `recall` goes on to say the same. */
  freshFor(repository: RepositoryName, tag: Tag, within: number): number {
    return Math.max(0, within - this.#known.age(`${repository}:${tag}`));
  }

  confirm(repository: RepositoryName, tag: Tag, descriptor: Descriptor): void {
    this.#known.remember(`${repository}:${tag}`, descriptor);
  }
}
