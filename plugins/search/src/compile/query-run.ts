import { Injectable } from '@nestjs/common';
import { type Expression, expressionBuilder, type RawBuilder, sql, type SqlBool } from 'kysely';
import { IndexDialect } from '../dialect/index-dialect.js';
import { type Pattern, plainText } from '../language/pattern.js';
import type { ReadScope } from '../read/read-scope.js';
import { isInScope } from '../read/scope-condition.js';
import { type OrderColumn, tagScore } from './sort-order.js';
import type { Images } from './term-compiler.js';
import { IndexDatabase } from '../tables/index-database.js';

export interface QueryPage {
  /** On `images as i`. */
  readonly condition: Expression<SqlBool>;
  /** What relevance is measured by. */
  readonly words: readonly Pattern[];
  readonly scope: ReadScope;
  readonly columns: readonly OrderColumn[];
  /** What the last one of the page before was ordered by. */
  readonly after?: readonly (string | number)[] | undefined;
  readonly offset?: number;
  readonly limit: number;
}

export interface FoundImages {
  /** How many there are on all pages. */
  readonly total: number;
  readonly rows: readonly { readonly id: number; readonly order: readonly (string | number)[] }[];
}

interface Row extends Readonly<Record<`o${number}`, string | number>> {
  readonly total: number | string;
  /** Null where the page is empty. */
  readonly id: number | null;
}

/** Runs a compiled query: how many there are, and a page of them in order, by one statement. */
@Injectable()
export class QueryRun {
  constructor(
    private readonly database: IndexDatabase,
    private readonly dialect: IndexDialect,
  ) {}

  async page(page: QueryPage): Promise<FoundImages> {
    const { rows } = await this.#statement(page).execute(this.database.reader);
    return {
      total: Number(rows[0]?.total ?? 0),
      rows: rows.flatMap((row) =>
        row.id === null ? [] : [{ id: row.id, order: page.columns.map((_, at) => row[`o${at}`] ?? '') }],
      ),
    };
  }

  #statement({ condition, words, scope, columns, after, offset = 0, limit }: QueryPage): RawBuilder<Row> {
    const e = expressionBuilder<Images, 'i'>();
    const isScored = columns.some(({ isScore }) => isScore);
    const texts = words.map(plainText).filter((text) => text !== undefined);
    const scores = sql`scores as materialized (select r.id, ${this.dialect.nameScore(texts)} as score from repositories as r),`;
    const score = isScored ? sql`s.score + ${tagScore(texts)}` : sql`0`;
    const values = columns.map(({ value, isScore }, at) => sql`${isScore ? score : value} as ${nameOf(at)}`);
    const orders = sql.join(columns.map(({ direction }, at) => sql`${nameOf(at)} ${sql.raw(direction)}`));
    return sql<Row>`
      with ${isScored ? scores : sql``}
      matched as materialized (
        select i.id, ${sql.join(values)}
        from images as i ${isScored ? sql`join scores as s on s.id = i.repository_id` : sql``}
        where ${isInScope(this.dialect, e.ref('i.repository_id'), scope)} and ${condition}
      ),
      page as (
        select * from matched where ${after ? isBehind(columns, after) : sql`true`}
        order by ${orders} limit ${limit} offset ${offset}
      )
      select t.total, page.* from (select count(*) as total from matched) as t left join page on true
      order by ${orders}`;
  }
}

function nameOf(at: number): RawBuilder<unknown> {
  return sql.ref(`o${String(at)}`);
}

/** True of what comes behind `after` in the order. */
function isBehind(columns: readonly OrderColumn[], after: readonly (string | number)[]): Expression<SqlBool> {
  const alternatives = columns.map(({ direction }, at) => {
    const same = columns.slice(0, at).map((_, before) => sql`${nameOf(before)} = ${after[before]}`);
    const behind = sql`${nameOf(at)} ${sql.raw(direction === 'asc' ? '>' : '<')} ${after[at]}`;
    return sql`(${sql.join([...same, behind], sql` and `)})`;
  });
  return sql<SqlBool>`(${sql.join(alternatives, sql` or `)})`;
}
