import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { IndexDialect } from '../dialect/index-dialect.js';
import { IndexDatabase } from '../tables/index-database.js';
import type { ImagePlatform } from './image-summary.js';

/** By the id of the repository. */
export interface Facets {
  /** Rows of `images`. */
  readonly newest: ReadonlyMap<number, number>;
  readonly platforms: ReadonlyMap<number, readonly ImagePlatform[]>;
  readonly vendors: ReadonlyMap<number, readonly string[]>;
}

const VENDOR_KEYS = ['org.opencontainers.image.vendor', 'org.label-schema.vendor'];

/** What the images of repositories have among them. */
@Injectable()
export class RepositoryFacets {
  constructor(
    private readonly database: IndexDatabase,
    private readonly dialect: IndexDialect,
  ) {}

  async of(repositories: readonly number[]): Promise<Facets> {
    const [newest, platforms, vendors] = await Promise.all([
      this.#newest(repositories),
      this.#platforms(repositories),
      this.#vendors(repositories),
    ]);
    return { newest, platforms, vendors };
  }

  async #newest(repositories: readonly number[]): Promise<ReadonlyMap<number, number>> {
    const newest = sql<number | null>`(select i.id from images as i where i.repository_id = r.id and i.is_aside = 0
      order by i.pushed_at desc, i.id desc limit 1)`;
    const rows = await this.database.reader
      .selectFrom('repositories as r')
      .select(['r.id', newest.as('image')])
      .where((e) => this.dialect.isAmong(e.ref('r.id'), repositories))
      .execute();
    return new Map(rows.flatMap(({ id, image }) => (image === null ? [] : [[id, image] as const])));
  }

  async #platforms(repositories: readonly number[]): Promise<ReadonlyMap<number, readonly ImagePlatform[]>> {
    const rows = await this.database.reader
      .selectFrom('images as i')
      .innerJoin('platforms as p', 'p.manifest_id', 'i.manifest_id')
      .select(['i.repository_id as repository', 'p.os', 'p.architecture', 'p.variant'])
      .distinct()
      .where((e) => this.dialect.isAmong(e.ref('i.repository_id'), repositories))
      .where('i.is_aside', '=', 0)
      .orderBy('p.os')
      .orderBy('p.architecture')
      .orderBy('p.variant')
      .execute();
    return grouped(rows, ({ os, architecture, variant }) => ({
      os,
      architecture,
      variant: variant === '' ? undefined : variant,
    }));
  }

  async #vendors(repositories: readonly number[]): Promise<ReadonlyMap<number, readonly string[]>> {
    const rows = await this.database.reader
      .selectFrom('images as i')
      .innerJoin('pairs as p', 'p.manifest_id', 'i.manifest_id')
      .select(['i.repository_id as repository', 'p.value'])
      .distinct()
      .where((e) => this.dialect.isAmong(e.ref('i.repository_id'), repositories))
      .where('i.is_aside', '=', 0)
      // No index over keys, which most images of the whole registry have: the repositories are few.
      .where(sql<string>`(p.key || '')`, 'in', VENDOR_KEYS)
      .where('p.value', '!=', '')
      .orderBy('p.value')
      .execute();
    return grouped(rows, ({ value }) => value);
  }
}

function grouped<Row extends { readonly repository: number }, Value>(
  rows: readonly Row[],
  valueOf: (row: Row) => Value,
): ReadonlyMap<number, readonly Value[]> {
  const groups = new Map<number, Value[]>();
  for (const row of rows) {
    const known = groups.get(row.repository);
    if (known) known.push(valueOf(row));
    else groups.set(row.repository, [valueOf(row)]);
  }
  return groups;
}
