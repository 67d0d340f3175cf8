import { Injectable } from '@nestjs/common';
import type { RepositoryName } from '@berth/sdk';
import { IndexDatabase } from '../tables/index-database.js';

export interface NamedRepository {
  readonly id: number;
  readonly name: RepositoryName;
}

/** The names of all repositories in their order, kept while none comes or goes. */
@Injectable()
export class RepositoryNames {
  #known: { readonly count: number; readonly last: number; readonly names: readonly NamedRepository[] } | undefined;

  constructor(private readonly database: IndexDatabase) {}

  async all(): Promise<readonly NamedRepository[]> {
    const { count, last } = await this.#revision();
    // No id is given twice: where neither has changed, no repository has come, and so none can have gone.
    if (this.#known?.count === count && this.#known.last === last) return this.#known.names;
    const names = await this.database.reader
      .selectFrom('repositories')
      .select(['id', 'name'])
      .orderBy('name')
      .execute();
    this.#known = { count, last, names };
    return names;
  }

  async #revision(): Promise<{ readonly count: number; readonly last: number }> {
    const { count, last } = await this.database.lookups
      .selectFrom('repositories')
      .select((e) => [e.fn.countAll<number | string>().as('count'), e.fn.max<number | null>('id').as('last')])
      .executeTakeFirstOrThrow();
    return { count: Number(count), last: last ?? 0 };
  }
}
