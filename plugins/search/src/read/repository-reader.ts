import { Injectable } from '@nestjs/common';
import type { RepositoryName } from '@berth/sdk';
import { type Expression, expressionBuilder, sql, type SqlBool } from 'kysely';
import { IndexDialect } from '../dialect/index-dialect.js';
import type { IndexTables, RepositoriesTable } from '../tables/index-tables.js';
import { ImageReader } from './image-reader.js';
import type { ImagePlatform, ImageSummary } from './image-summary.js';
import type { OffsetPage, Offsets } from './offset-page.js';
import type { ReadScope } from './read-scope.js';
import { RepositoryFacets } from './repository-facets.js';
import { isInScope } from './scope-condition.js';
import { IndexDatabase } from '../tables/index-database.js';

/** `relevance`: how well the name fits what was asked for; without that, the order of names. */
export type RepositoryOrder = 'relevance' | 'name' | '-name' | 'updated' | 'pulls' | 'stars';

export interface RepositoryFilter {
  /** What the name holds; case does not count. */
  readonly name?: string;
  /** Has an image that is for one of both; an architecture may have its variant behind it: `arm64/v8`. */
  readonly os?: readonly string[];
  readonly architecture?: readonly string[];
  /** Its newest image is signed. */
  readonly isSigned?: boolean;
  /** One of these alone. */
  readonly among?: readonly RepositoryName[];
  /** None of these. */
  readonly except?: readonly RepositoryName[];
}

/** A repository as it is shown. Times are milliseconds since the epoch. */
export interface RepositorySummary {
  readonly id: number;
  readonly name: RepositoryName;
  readonly upstream: string | undefined;
  /** Bytes of the blobs that it holds. */
  readonly size: number;
  readonly pulls: number;
  /** When an image of it was last pushed or tagged. */
  readonly updatedAt: number;
  readonly platforms: readonly ImagePlatform[];
  readonly vendors: readonly string[];
  readonly newest: ImageSummary | undefined;
  /** How well its name fits: 0 where nothing was asked for. */
  readonly rank: number;
}

type Repositories = IndexTables & { readonly r: RepositoriesTable };

/** Repositories that have an image to show. */
@Injectable()
export class RepositoryReader {
  constructor(
    private readonly database: IndexDatabase,
    private readonly dialect: IndexDialect,
    private readonly images: ImageReader,
    private readonly facets: RepositoryFacets,
  ) {}

  async find(name: RepositoryName, scope: ReadScope): Promise<RepositorySummary | undefined> {
    const { items } = await this.list({ among: [name] }, 'name', { offset: 0, limit: 1 }, scope);
    return items[0];
  }

  async list(
    filter: RepositoryFilter,
    order: RepositoryOrder,
    { offset, limit }: Offsets,
    scope: ReadScope,
  ): Promise<OffsetPage<RepositorySummary>> {
    const tables = this.database.reader;
    const score = this.dialect.nameScore(filter.name === undefined ? [] : [filter.name]);
    const matched = tables
      .selectFrom('repositories as r')
      .where('r.updated_at', 'is not', null)
      .where((e) => isInScope(this.dialect, e.ref('r.id'), scope))
      .where((e) => e.and(this.#conditionsOf(filter)));
    const ordered = ORDERS[order].map((column) => sql`${sql.raw(column)}`);
    const rows = await matched
      .select(['r.id', 'r.name', 'r.upstream', 'r.size', 'r.pulls', 'r.updated_at as updatedAt'])
      .select(score.as('rank'))
      // With the rows: what they are chosen by is found out once.
      .select(sql<number>`count(*) over ()`.as('total'))
      .orderBy(sql.join(ordered))
      .offset(offset)
      .limit(limit)
      .execute();
    const counted = matched.select((e) => e.fn.countAll<number | string>().as('total'));
    const { total } = rows[0] ?? (offset === 0 ? { total: 0 } : await counted.executeTakeFirstOrThrow());
    const items = await this.#summaries(rows);
    return { total: Number(total), items };
  }

  #conditionsOf({ name, os, architecture, isSigned, among, except }: RepositoryFilter): Expression<SqlBool>[] {
    const e = expressionBuilder<Repositories, 'r'>();
    const conditions: Expression<SqlBool>[] = [];
    if (name !== undefined && name !== '') conditions.push(this.dialect.holds(e.ref('r.name'), [{ text: name }]));
    if (among) conditions.push(among.length > 0 ? e('r.name', 'in', among) : sql<SqlBool>`false`);
    if (except && except.length > 0) conditions.push(e('r.name', 'not in', except));
    if (os?.length || architecture?.length) conditions.push(runsOn(os ?? [], architecture ?? []));
    if (isSigned !== undefined) {
      const newest = sql<number>`(select i.manifest_id from images as i where i.repository_id = r.id and i.is_aside = 0
        order by i.pushed_at desc, i.id desc limit 1)`;
      const signed = e.selectFrom('manifests as m').select('m.signatures').where('m.id', '=', newest);
      conditions.push(isSigned ? e(signed, '>', 0) : e(signed, '=', 0));
    }
    return conditions;
  }

  async #summaries(rows: readonly Row[]): Promise<readonly RepositorySummary[]> {
    const { newest, platforms, vendors } = await this.facets.of(rows.map(({ id }) => id));
    const images = new Map(
      (await this.images.summaries([...newest.values()])).map((image) => [image.repositoryId, image]),
    );
    return rows.map(({ updatedAt, upstream, rank, total: _, ...row }) => ({
      ...row,
      upstream: upstream ?? undefined,
      updatedAt: updatedAt ?? 0,
      rank,
      platforms: platforms.get(row.id) ?? [],
      vendors: vendors.get(row.id) ?? [],
      newest: images.get(row.id),
    }));
  }
}

function runsOn(os: readonly string[], architecture: readonly string[]): Expression<SqlBool> {
  const e = expressionBuilder<Repositories, 'r'>();
  let images = e
    .selectFrom('images as i')
    .innerJoin('platforms as p', 'p.manifest_id', 'i.manifest_id')
    .select('i.id')
    .whereRef('i.repository_id', '=', 'r.id')
    .where('i.is_aside', '=', 0);
  if (os.length > 0) images = images.where('p.os', 'in', os);
  const withVariant = sql<string>`p.architecture || '/' || p.variant`;
  if (architecture.length > 0)
    images = images.where((p) => p.or([p('p.architecture', 'in', architecture), p(withVariant, 'in', architecture)]));
  return e.exists(images);
}

interface Row {
  readonly id: number;
  readonly name: RepositoryName;
  readonly upstream: string | null;
  readonly size: number;
  readonly pulls: number;
  readonly updatedAt: number | null;
  readonly rank: number;
  readonly total: number;
}

const ORDERS: Readonly<Record<RepositoryOrder, readonly string[]>> = {
  relevance: ['rank desc', 'r.name'],
  name: ['r.name'],
  '-name': ['r.name desc'],
  updated: ['r.updated_at desc', 'r.id desc'],
  pulls: ['r.pulls desc', 'r.id desc'],
  stars: ["(select count(*) from preferences as s where s.repository = r.name and s.kind = 'star') desc", 'r.name'],
};
