import { Injectable } from '@nestjs/common';
import { MetricsConfig } from './metrics.config.js';

/** What repositories beyond the limit share. No repository can be called so: a name begins with a letter or a digit. */
export const OTHER_REPOSITORIES = '_other';

/** Which repositories have series of their own: the first ones seen, up to the configured number. */
@Injectable()
export class RepositoryLabels {
  readonly #names = new Set<string>();

  constructor(private readonly config: MetricsConfig) {}

  /** The label of a repository that exists. It keeps a series of its own where one is free. */
  of(name: string): string {
    if (this.#names.has(name)) return name;
    if (this.#names.size >= this.config.maxRepositories) return OTHER_REPOSITORIES;
    this.#names.add(name);
    return name;
  }

  /** The label of a name that a client came with: names of nothing must not use series up. */
  ofRequested(name: string): string {
    return this.#names.has(name) ? name : OTHER_REPOSITORIES;
  }

  forget(name: string): void {
    this.#names.delete(name);
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }
}
