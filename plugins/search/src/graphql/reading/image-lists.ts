import { Injectable } from '@nestjs/common';
import { Clock } from '@berth/sdk';
import { type Expression, expressionBuilder, sql, type SqlBool } from 'kysely';
import { QueryCompiler } from '../../compile/query-compiler.js';
import { QueryRun } from '../../compile/query-run.js';
import { type OrderColumn, orderColumns } from '../../compile/sort-order.js';
import type { Images } from '../../compile/term-compiler.js';
import { IndexDialect } from '../../dialect/index-dialect.js';
import type { QueryTree } from '../../language/query-tree.js';
import { ImageReader } from '../../read/image-reader.js';
import type { ImageSummary } from '../../read/image-summary.js';
import type { ReadScope } from '../../read/read-scope.js';
import { type Page, type Paged, pagedOf, rowsWanted } from './page.js';

export const IMAGE_ORDERS = ['RELEVANCE', 'ALPHABETIC_ASC', 'ALPHABETIC_DSC', 'UPDATE_TIME', 'DOWNLOADS'] as const;
export type ImageOrder = (typeof IMAGE_ORDERS)[number];

/** The same, where what is new is of interest. */
export const NEWEST_FIRST = ['UPDATE_TIME', 'RELEVANCE', 'ALPHABETIC_ASC', 'ALPHABETIC_DSC', 'DOWNLOADS'] as const;

/** When an image was last updated: built, as it says itself; where it does not say, tagged. */
export function updatedAt({ builtAt, pushedAt }: Pick<ImageSummary, 'builtAt' | 'pushedAt'>): number {
  return builtAt ?? pushedAt;
}

const UPDATED: OrderColumn = {
  value: sql`coalesce((select u.built_at from manifests as u where u.id = i.manifest_id), i.pushed_at)`,
  type: 'number',
  direction: 'desc',
};
const ID: OrderColumn = { value: sql`i.id`, type: 'number', direction: 'desc' };

const ORDERS: Readonly<Record<ImageOrder, readonly OrderColumn[]>> = {
  RELEVANCE: orderColumns({ key: 'name', isReversed: false }),
  ALPHABETIC_ASC: orderColumns({ key: 'name', isReversed: false }),
  ALPHABETIC_DSC: orderColumns({ key: 'name', isReversed: true }),
  UPDATE_TIME: [UPDATED, ID],
  DOWNLOADS: orderColumns({ key: 'pulls', isReversed: false }),
};

/** Which images: all of what is given has to be true. */
export interface ImageSelection {
  readonly tree: QueryTree;
  /** Rows of `manifests`: those of the image, or of an index that names them. */
  readonly manifests?: readonly number[];
}

/** Lists of tags, as zot's API has them. What a tag only attaches to another image, such as a signature, is none. */
@Injectable()
export class ImageLists {
  constructor(
    private readonly compiler: QueryCompiler,
    private readonly run: QueryRun,
    private readonly images: ImageReader,
    private readonly dialect: IndexDialect,
    private readonly clock: Clock,
  ) {}

  async page(
    { tree, manifests }: ImageSelection,
    page: Page<ImageOrder>,
    scope: ReadScope,
  ): Promise<Paged<ImageSummary>> {
    const e = expressionBuilder<Images, 'i'>();
    const condition = e.and([
      e('i.tag', 'is not', null),
      e('i.is_aside', '=', 0),
      await this.compiler.compile(tree, { scope, now: this.clock.now() }),
      ...(manifests ? [this.#areOf(manifests)] : []),
    ]);
    const found = await this.run.page({
      condition,
      words: [],
      scope,
      columns: ORDERS[page.order],
      offset: page.offset,
      limit: rowsWanted(page),
    });
    const rows = await this.images.summaries(found.rows.map(({ id }) => id));
    return pagedOf({ rows, total: found.total }, page);
  }

  #areOf(manifests: readonly number[]): Expression<SqlBool> {
    const e = expressionBuilder<Images, 'i'>();
    const indexes = e
      .selectFrom('manifests as named')
      .innerJoin('children as c', (join) =>
        join.onRef('c.digest', '=', 'named.digest').onRef('c.repository_id', '=', 'named.repository_id'),
      )
      .select('c.manifest_id')
      .where((n) => this.dialect.isAmong(n.ref('named.id'), manifests));
    return e.or([this.dialect.isAmong(e.ref('i.manifest_id'), manifests), e('i.manifest_id', 'in', indexes)]);
  }
}
