import type { Insertable, InsertQueryBuilder, InsertResult, Kysely } from 'kysely';
import type { IndexDialect } from '../dialect/index-dialect.js';
import type { IndexTables } from './index-tables.js';

/** Inserts rows that name the same columns, of which there is one at least. */
export function insertRows<Table extends keyof IndexTables>(
  tables: Kysely<IndexTables>,
  dialect: IndexDialect,
  table: Table,
  rows: readonly Insertable<IndexTables[Table]>[],
): InsertQueryBuilder<IndexTables, Table, InsertResult> {
  const columns = Object.keys(rows[0] ?? {}) as (keyof IndexTables[Table] & string)[];
  const values = rows.map((row) => columns.map((column) => (row as Record<string, unknown>)[column]));
  return tables
    .insertInto(table)
    .columns(columns)
    .expression(dialect.rows(columns, values) as never);
}
