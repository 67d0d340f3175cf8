import { type Expression, type RawBuilder, sql, type SqlBool } from 'kysely';
import { globOf, literalPrefix, type Pattern, plainText } from '../language/pattern.js';
import { IndexDialect } from './index-dialect.js';

/** What comes after every text that begins like the one before it. */
const LAST = '\u{10ffff}';

export class SqliteIndexDialect extends IndexDialect {
  isAmong<Value extends string | number>(
    column: Expression<Value | null>,
    values: readonly Value[],
  ): Expression<SqlBool> {
    return sql<SqlBool>`${column} in (select value from json_each(${JSON.stringify(values)}))`;
  }

  arePairAmong(
    [first, second]: readonly [Expression<number>, Expression<string>],
    pairs: readonly (readonly [number, string])[],
  ): Expression<SqlBool> {
    const values = JSON.stringify(pairs);
    return sql<SqlBool>`(${first}, ${second}) in (select value ->> 0, value ->> 1 from json_each(${values}))`;
  }

  /** `where true` parts the rows from what may follow on a conflict. https://sqlite.org/lang_upsert.html */
  rows(columns: readonly string[], rows: readonly (readonly unknown[])[]): RawBuilder<unknown> {
    const values = columns.map((_, at) => sql`value ->> ${sql.lit(at)}`);
    return sql`select ${sql.join(values)} from json_each(${JSON.stringify(rows)}) where true`;
  }

  /** The range lets an index be used; GLOB decides. */
  matches(column: Expression<string | null>, pattern: Pattern): Expression<SqlBool> {
    const text = plainText(pattern);
    if (text !== undefined) return sql<SqlBool>`${column} = ${text}`;
    const prefix = literalPrefix(pattern);
    const glob = sql<SqlBool>`${column} glob ${globOf(pattern)}`;
    return prefix === '' ? glob : sql<SqlBool>`(${column} >= ${prefix} and ${column} < ${prefix + LAST} and ${glob})`;
  }

  holds(column: Expression<string | null>, pattern: Pattern): Expression<SqlBool> {
    const text = plainText(pattern);
    if (text === undefined) return sql<SqlBool>`lower(${column}) glob ${`*${globOf(pattern).toLowerCase()}*`}`;
    return sql<SqlBool>`instr(lower(${column}), ${text.toLowerCase()}) > 0`;
  }

  nameScore(words: readonly string[]): RawBuilder<number> {
    const scores = words.map((word) => {
      const text = word.toLowerCase();
      return sql<number>`(case when r.name = ${text} then 100
        when substr(r.name, -length(${`/${text}`})) = ${`/${text}`} then 80
        when instr('/' || r.name, ${`/${text}`}) > 0 then 60
        when instr(r.name, ${text}) > 0 then 40 else 0 end)`;
    });
    return scores.length === 0 ? sql<number>`0` : sql<number>`(${sql.join(scores, sql` + `)})`;
  }
}
