import { Injectable } from '@nestjs/common';
import { RepositoryCatalog, type RepositoryInfo, type RepositoryName } from '@berth/sdk';
import { sql, type Transaction } from 'kysely';
import type { IndexTables } from '../tables/index-tables.js';

type Tables = Transaction<IndexTables>;

@Injectable()
export class RepositoryRows {
  constructor(private readonly catalog: RepositoryCatalog) {}

  /** What is true of a repository now. */
  find(name: RepositoryName): Promise<RepositoryInfo | undefined> {
    return this.catalog.find(name);
  }

  /** Notes the repository as it is. Gives its id. */
  async put(tables: Tables, info: RepositoryInfo, generation: number): Promise<number> {
    const facts = { upstream: info.upstream ?? null, created_at: info.createdAt, size: info.bytes, generation };
    const { id } = await tables
      .insertInto('repositories')
      .values({ name: info.name, pulls: 0, updated_at: null, ...facts })
      .onConflict((conflict) => conflict.column('name').doUpdateSet(facts))
      .returning('id')
      .executeTakeFirstOrThrow();
    return id;
  }

  async idOf(tables: Tables, name: RepositoryName): Promise<number | undefined> {
    const row = await tables.selectFrom('repositories').select('id').where('name', '=', name).executeTakeFirst();
    return row?.id;
  }

  /** Notes when the newest image of each came that it has to show. */
  async date(tables: Tables, ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    await tables
      .updateTable('repositories')
      .set({
        updated_at: sql<number | null>`(select max(i.pushed_at) from images as i
          where i.repository_id = repositories.id and i.is_aside = 0)`,
      })
      .where('id', 'in', ids)
      .execute();
  }

  /** Counts pulls anew, manifest by manifest: for rebuilds. */
  async recountPulls(tables: Tables, id: number): Promise<void> {
    await tables
      .updateTable('repositories')
      .set({
        pulls: sql<number>`(select coalesce(sum(m.pulls), 0) from manifests as m where m.repository_id = repositories.id)`,
      })
      .where('id', '=', id)
      .execute();
  }

  async addPulls(tables: Tables, id: number, more: number): Promise<void> {
    if (more === 0) return;
    await tables
      .updateTable('repositories')
      .set((e) => ({ pulls: e('pulls', '+', more) }))
      .where('id', '=', id)
      .execute();
  }

  /** To be called when nothing of it is left. */
  async remove(tables: Tables, id: number): Promise<void> {
    await tables.deleteFrom('repositories').where('id', '=', id).execute();
  }
}
