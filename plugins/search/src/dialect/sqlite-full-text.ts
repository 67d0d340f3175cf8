import { type Expression, type Kysely, type RawBuilder, sql, type SqlBool } from 'kysely';
import type { IndexTables } from '../tables/index-tables.js';
import { FullText, type Text, type TextSubject } from './full-text.js';

const TABLES: Readonly<Record<TextSubject, string>> = { manifest: 'manifest_text', image: 'image_text' };

/** A letter or a digit: a phrase without any has no words that could stand anywhere. */
const WORD = /[\p{L}\p{N}]/u;

/** FTS5. https://sqlite.org/fts5.html */
export class SqliteFullText extends FullText {
  async put(tables: Kysely<IndexTables>, subject: TextSubject, texts: readonly Text[]): Promise<void> {
    if (texts.length === 0) return;
    const rows = JSON.stringify(texts.map(({ id, words }) => [id, words]));
    await sql`insert or replace into ${tableOf(subject)} (rowid, words)
      select value ->> 0, value ->> 1 from json_each(${rows})`.execute(tables);
  }

  async remove(tables: Kysely<IndexTables>, subject: TextSubject, ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    await sql`delete from ${tableOf(subject)} where rowid in (select value from json_each(${JSON.stringify(ids)}))`.execute(
      tables,
    );
  }

  contains(id: Expression<number>, subject: TextSubject, phrase: string): Expression<SqlBool> {
    if (!WORD.test(phrase)) return sql<SqlBool>`false`;
    // In quotes everything is text; a quote is written twice. The star behind them takes the last word as a beginning.
    const match = `"${phrase.replaceAll('"', '""').replaceAll('\0', ' ')}"*`;
    const table = tableOf(subject);
    return sql<SqlBool>`${id} in (select rowid from ${table} where ${table} match ${match})`;
  }
}

function tableOf(subject: TextSubject): RawBuilder<unknown> {
  return sql.table(TABLES[subject]);
}
