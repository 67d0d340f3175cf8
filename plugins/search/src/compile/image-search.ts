import { Injectable } from '@nestjs/common';
import { Clock, type Identity } from '@berth/sdk';
import { parseQuery } from '../language/query-parser.js';
import { printQuery } from '../language/print-query.js';
import type { QueryTree } from '../language/query-tree.js';
import type { OffsetPage, Offsets } from '../read/offset-page.js';
import { ReadableRepositories } from '../read/readable-repositories.js';
import type { ReadScope } from '../read/read-scope.js';
import { readCursor, writeCursor } from './cursor.js';
import { QueryCompiler, wantedWords } from './query-compiler.js';
import { QueryRun } from './query-run.js';
import { orderColumns, type SortOrder } from './sort-order.js';

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
}

/** Searches for images, of those that an actor may read. */
@Injectable()
export class ImageSearch {
  constructor(
    private readonly readable: ReadableRepositories,
    private readonly compiler: QueryCompiler,
    private readonly run: QueryRun,
    private readonly clock: Clock,
  ) {}

  /** @throws RegistryError 400 for a query that means nothing, or a cursor that is none of this search */
  async search(request: SearchRequest, identity: Identity): Promise<SearchPage> {
    const { limit } = request;
    const tree = parseQuery(request.query);
    const sort = request.sort ?? defaultSort(tree);
    const columns = orderColumns(sort);
    const question = `${sort.key} ${String(sort.isReversed)} ${printQuery(tree)}`;
    const cursor = request.cursor === undefined ? undefined : readCursor(request.cursor, question, columns);
    const now = cursor?.now ?? this.clock.now();
    const scope = await this.readable.of(identity);
    const condition = await this.compiler.compile(tree, { scope, now });
    const words = wantedWords(tree);
    const found = await this.run.page({ condition, words, scope, columns, after: cursor?.after, limit: limit + 1 });
    const last = found.rows.length > limit ? found.rows[limit - 1] : undefined;
    return {
      total: found.total,
      ids: found.rows.slice(0, limit).map(({ id }) => id),
      next: last && writeCursor({ after: last.order, now }, question),
    };
  }

  /** A page of what a query tree describes, by its place: rows of `images`. For interfaces that make trees themselves. */
  async list(
    tree: QueryTree,
    { sort = defaultSort(tree), ...offsets }: Offsets & { readonly sort?: SortOrder },
    scope: ReadScope,
  ): Promise<OffsetPage<number>> {
    const condition = await this.compiler.compile(tree, { scope, now: this.clock.now() });
    const { total, rows } = await this.run.page({
      condition,
      words: wantedWords(tree),
      scope,
      columns: orderColumns(sort),
      ...offsets,
    });
    return { total, items: rows.map(({ id }) => id) };
  }
}

function defaultSort(tree: QueryTree): SortOrder {
  return { key: wantedWords(tree).length > 0 ? 'relevance' : 'name', isReversed: false };
}
