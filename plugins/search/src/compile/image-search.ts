import { Injectable } from '@nestjs/common';
import { Clock, type Identity, PluginDatabase } from '@berth/sdk';
import { type Expression, expressionBuilder, sql, type SqlBool } from 'kysely';
import { IndexDialect } from '../dialect/index-dialect.js';
import { parseQuery } from '../language/query-parser.js';
import { printQuery } from '../language/print-query.js';
import type { QueryTree } from '../language/query-tree.js';
import { ReadableRepositories } from '../read/readable-repositories.js';
import type { ReadScope } from '../read/read-scope.js';
import { isInScope } from '../read/scope-condition.js';
import { readCursor, writeCursor } from './cursor.js';
import { QueryCompiler, wantedWords } from './query-compiler.js';
import { nameScore, type OrderColumn, orderColumns, type SortOrder, tagScore } from './sort-order.js';
import type { Images } from './term-compiler.js';

export interface SearchRequest {
  readonly query: string;
  /** Absent: the best first where the query has words, else by name. */
  readonly sort: SortOrder | undefined;
  readonly limit: number;
  /** Of the page before. */
  readonly cursor: string | undefined;
}

export interface SearchPage {
  /** How many there are on all pages. */
  readonly total: number;
  /** Rows of `images`, in order. */
  readonly ids: readonly number[];
  /** `undefined` on the last page. */
  readonly next: string | undefined;
  readonly scope: ReadScope;
}

interface Row {
  readonly total: number;
  readonly id: number | null;
  readonly o0: string | number;
  readonly o1?: string | number;
}

/** Runs queries over the index, for an actor. */
@Injectable()
export class ImageSearch {
  constructor(
    private readonly database: PluginDatabase,
    private readonly readable: ReadableRepositories,
    private readonly compiler: QueryCompiler,
    private readonly dialect: IndexDialect,
    private readonly clock: Clock,
  ) {}

  /** @throws RegistryError 400 for a query that means nothing, or a cursor that is none of this search */
  async search(request: SearchRequest, identity: Identity): Promise<SearchPage> {
    const tree = parseQuery(request.query);
    const sort = request.sort ?? { key: wantedWords(tree).length > 0 ? 'relevance' : 'name', isReversed: false };
    const columns = orderColumns(sort);
    const question = `${sort.key} ${String(sort.isReversed)} ${printQuery(tree)}`;
    const cursor = request.cursor === undefined ? undefined : readCursor(request.cursor, question, columns.length);
    const now = cursor?.now ?? this.clock.now();
    const scope = await this.readable.of(identity);
    const condition = await this.compiler.compile(tree, { scope, now });
    const { limit } = request;
    const rows = await this.#page({ tree, condition, scope, columns, after: cursor?.after, limit: limit + 1 });
    const found = rows.filter((row) => row.id !== null);
    const last = found.length > limit ? found[limit - 1] : undefined;
    return {
      total: Number(rows[0]?.total ?? 0),
      ids: found.slice(0, limit).flatMap(({ id }) => (id === null ? [] : [id])),
      next: last && writeCursor({ after: orderOf(last, columns), now }, question),
      scope,
    };
  }

  async #page(page: PageQuery): Promise<readonly Row[]> {
    const { tree, condition, scope, columns, after, limit } = page;
    const words = wantedWords(tree);
    const e = expressionBuilder<Images, 'i'>();
    const values = columns.map(({ value }, at) => sql`${value} as ${sql.ref(`o${String(at)}`)}`);
    const orders = columns.map(({ direction }, at) => sql`${sql.ref(`o${String(at)}`)} ${sql.raw(direction)}`);
    const score = sql`s.score + ${tagScore(words)} as score`;
    const query = sql<Row>`
      with scores as materialized (select r.id, ${nameScore(words)} as score from repositories as r),
      matched as materialized (
        select i.id, ${sql.join(values)} from (
          select i.*, ${score} from images as i join scores as s on s.id = i.repository_id
        ) as i
        where ${isInScope(this.dialect, e.ref('i.repository_id'), scope)} and ${condition}
      ),
      page as (
        select * from matched where ${after ? isBehind(columns, after) : sql`true`}
        order by ${sql.join(orders)} limit ${limit}
      )
      select t.total, page.* from (select count(*) as total from matched) as t left join page on true
      order by ${sql.join(orders)}`;
    const { rows } = await query.execute(this.database.longReads());
    return rows;
  }
}

interface PageQuery {
  readonly tree: QueryTree;
  readonly condition: Expression<SqlBool>;
  readonly scope: ReadScope;
  readonly columns: readonly OrderColumn[];
  readonly after: readonly (string | number)[] | undefined;
  readonly limit: number;
}

/** True of what comes behind `after` in the order. */
function isBehind(columns: readonly OrderColumn[], after: readonly (string | number)[]): Expression<SqlBool> {
  const alternatives = columns.map(({ direction }, at) => {
    const same = columns.slice(0, at).map((_, before) => sql`${sql.ref(`o${String(before)}`)} = ${after[before]}`);
    const behind = sql`${sql.ref(`o${String(at)}`)} ${sql.raw(direction === 'asc' ? '>' : '<')} ${after[at]}`;
    return sql`(${sql.join([...same, behind], sql` and `)})`;
  });
  return sql<SqlBool>`(${sql.join(alternatives, sql` or `)})`;
}

function orderOf(row: Row, columns: readonly OrderColumn[]): readonly (string | number)[] {
  return [row.o0, row.o1 ?? ''].slice(0, columns.length);
}
