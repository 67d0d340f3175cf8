import { Injectable } from '@nestjs/common';
import { type Expression, type ExpressionBuilder, sql, type SqlBool, type Transaction } from 'kysely';
import { IndexDialect } from '../dialect/index-dialect.js';
import type { IndexTables, ManifestsTable } from '../tables/index-tables.js';
import { insertRows } from '../tables/insert-rows.js';

type Tables = Transaction<IndexTables>;
type OfManifests = IndexTables & { readonly m: ManifestsTable };

const AT_ONCE = 500;

/** Manifests that neither a tag nor an index names stand in `images` by themselves. */
@Injectable()
export class UntaggedRows {
  constructor(private readonly dialect: IndexDialect) {}

  /** Finds out of each of these manifests whether it stands by itself. */
  async refresh(tables: Tables, ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    await tables
      .deleteFrom('images')
      .where((e) => this.dialect.isAmong(e.ref('manifest_id'), ids))
      .where('tag', 'is', null)
      .where((e) =>
        e.exists(
          e
            .selectFrom('manifests as m')
            .select('m.id')
            .whereRef('m.id', '=', 'images.manifest_id')
            .where((m) => m.or([hasTag(m), hasIndex()])),
        ),
      )
      .execute();
    const alone = await tables
      .selectFrom('manifests as m')
      .innerJoin('repositories as r', 'r.id', 'm.repository_id')
      .select(['m.id', 'm.repository_id', 'm.digest', 'm.subject', 'm.origin', 'm.pushed_at', 'm.pushed_by'])
      .select(['m.total_size', 'm.pulls', 'm.generation', 'r.name'])
      .where((e) => this.dialect.isAmong(e.ref('m.id'), ids))
      .where((e) => e.not(e.or([hasTag(e), hasIndex()])))
      .execute();
    if (alone.length > 0) await this.#put(tables, alone);
  }

  /** Of all manifests of these repositories. */
  async refreshOf(tables: Tables, repositories: readonly number[]): Promise<void> {
    const rows = await tables
      .selectFrom('manifests as m')
      .select('m.id')
      .where((e) => this.dialect.isAmong(e.ref('m.repository_id'), repositories))
      .where((e) => e.not(hasTag(e)))
      .execute();
    for (let start = 0; start < rows.length; start += AT_ONCE)
      await this.refresh(
        tables,
        rows.slice(start, start + AT_ONCE).map(({ id }) => id),
      );
  }

  async #put(tables: Tables, manifests: readonly Untagged[]): Promise<void> {
    const rows = manifests.map((row) => ({
      repository_id: row.repository_id,
      manifest_id: row.id,
      name: `${row.name}@${row.digest}`,
      tag: null,
      version: null,
      pushed_at: row.pushed_at,
      pushed_by: row.pushed_by,
      size: row.total_size,
      pulls: row.pulls,
      // Leftovers of pushes, and what is attached to others.
      is_aside: row.origin === 'mirrored' && row.subject === null ? 0 : 1,
      generation: row.generation,
    }));
    await insertRows(tables, this.dialect, 'images', rows)
      .onConflict((conflict) =>
        conflict.column('name').doUpdateSet((e) => ({
          size: e.ref('excluded.size'),
          pulls: e.ref('excluded.pulls'),
          is_aside: e.ref('excluded.is_aside'),
          generation: e.ref('excluded.generation'),
        })),
      )
      .execute();
  }
}

type Untagged = Pick<
  ManifestsTable,
  'repository_id' | 'digest' | 'subject' | 'origin' | 'pushed_at' | 'pushed_by' | 'total_size' | 'pulls' | 'generation'
> & { readonly id: number; readonly name: string };

function hasTag(e: ExpressionBuilder<OfManifests, 'm'>): Expression<SqlBool> {
  return e.exists(
    e.selectFrom('images as t').select('t.id').whereRef('t.manifest_id', '=', 'm.id').where('t.tag', 'is not', null),
  );
}

function hasIndex(): Expression<SqlBool> {
  return sql<SqlBool>`exists (select 1 from children as c
    where c.digest = m.digest and c.repository_id = m.repository_id)`;
}
