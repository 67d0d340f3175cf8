import { Injectable } from '@nestjs/common';
import { RepositoryCatalog, type RepositoryInfo, type RepositoryName } from '@berth/sdk';
import { sql, type Transaction } from 'kysely';
import { IndexDialect } from '../dialect/index-dialect.js';
import type { IndexTables } from '../tables/index-tables.js';
import { insertRows } from '../tables/insert-rows.js';

type Tables = Transaction<IndexTables>;

@Injectable()
export class RepositoryRows {
  constructor(
    private readonly catalog: RepositoryCatalog,
    private readonly dialect: IndexDialect,
  ) {}

  /** What is true of a repository now. */
  find(name: RepositoryName): Promise<RepositoryInfo | undefined> {
    return this.catalog.find(name);
  }

  /** Notes the repositories as they are. Gives their ids by their names. */
  async put(
    tables: Tables,
    infos: readonly RepositoryInfo[],
    generation: number,
  ): Promise<ReadonlyMap<RepositoryName, number>> {
    const rows = infos.map(({ name, upstream, createdAt, bytes }) => ({
      name,
      upstream: upstream ?? null,
      created_at: createdAt,
      size: bytes,
      pulls: 0,
      updated_at: null,
      generation,
    }));
    const written = await insertRows(tables, this.dialect, 'repositories', rows)
      .onConflict((conflict) =>
        conflict.column('name').doUpdateSet((e) => ({
          upstream: e.ref('excluded.upstream'),
          created_at: e.ref('excluded.created_at'),
          size: e.ref('excluded.size'),
          generation: e.ref('excluded.generation'),
        })),
      )
      .returning(['id', 'name'])
      .execute();
    return new Map(written.map(({ id, name }) => [name, id]));
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
      .where((e) => this.dialect.isAmong(e.ref('id'), ids))
      .execute();
  }

  /** Counts pulls anew, manifest by manifest: for rebuilds. */
  async recountPulls(tables: Tables, ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    await tables
      .updateTable('repositories')
      .set({
        pulls: sql<number>`(select coalesce(sum(m.pulls), 0) from manifests as m where m.repository_id = repositories.id)`,
      })
      .where((e) => this.dialect.isAmong(e.ref('id'), ids))
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
