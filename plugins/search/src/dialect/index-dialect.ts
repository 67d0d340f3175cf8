import type { Expression, RawBuilder, SqlBool } from 'kysely';
import type { Pattern } from '../language/pattern.js';

/** The few expressions that each dialect writes in its own way. All values are bound, never written into the statement. */
export abstract class IndexDialect {
  /** True where `column` is one of `values`, of which there may be tens of thousands. */
  abstract isAmong<Value extends string | number>(
    column: Expression<Value | null>,
    values: readonly Value[],
  ): Expression<SqlBool>;
  /** True where the two columns are one of `pairs`. */
  abstract arePairAmong(
    columns: readonly [Expression<number>, Expression<string>],
    pairs: readonly (readonly [number, string])[],
  ): Expression<SqlBool>;
  /** Rows to insert, each the values of `columns` in their order; the statement is the same for any number of them. */
  abstract rows(columns: readonly string[], rows: readonly (readonly unknown[])[]): RawBuilder<unknown>;
  /** True where `pattern` describes the whole of `column`; case counts. */
  abstract matches(column: Expression<string | null>, pattern: Pattern): Expression<SqlBool>;
  /** True where `column` holds what `pattern` describes; the case of ASCII letters does not count. */
  abstract holds(column: Expression<string | null>, pattern: Pattern): Expression<SqlBool>;
  /** How well `r.name` fits words: it is one, ends with one as its last part, has a part that begins with one, holds one. Sums up. */
  abstract nameScore(words: readonly string[]): RawBuilder<number>;
}
