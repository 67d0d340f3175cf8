import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import { IndexDialect } from '../dialect/index-dialect.js';
import type { IndexTables, PairsTable, PlatformsTable } from '../tables/index-tables.js';
import type { Description } from './description.js';

type Tables = Transaction<IndexTables>;

interface Found {
  readonly pairs: Omit<PairsTable, 'manifest_id'>[];
  readonly platforms: Omit<PlatformsTable, 'manifest_id'>[];
  /** Bytes by digest: what two members share counts once. */
  readonly sizes: Map<string, number>;
}

/** What an index has of the manifests that it names. Of those that are not held it knows what it says itself. */
@Injectable()
export class IndexMembers {
  constructor(private readonly dialect: IndexDialect) {}

  /** Notes the sizes of `indexes`, and gives what they are found by. */
  async describe(tables: Tables, indexes: readonly number[]): Promise<ReadonlyMap<number, Description>> {
    const found = new Map<number, Found>(
      indexes.map((id) => [id, { pairs: [], platforms: [], sizes: new Map<string, number>() }]),
    );
    if (indexes.length === 0) return found;
    await this.#addChildren(tables, found);
    await this.#addPairs(tables, found);
    await this.#addLayers(tables, found);
    for (const [id, { sizes }] of found) {
      const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
      await tables
        .updateTable('manifests')
        .set((e) => ({ total_size: e('size', '+', total) }))
        .where('id', '=', id)
        .execute();
    }
    return found;
  }

  /** The index says of most members what they run on; of the others their configuration does. */
  async #addChildren(tables: Tables, found: ReadonlyMap<number, Found>): Promise<void> {
    const rows = await tables
      .selectFrom('children as c')
      .leftJoin('manifests as m', (join) =>
        join.onRef('m.digest', '=', 'c.digest').onRef('m.repository_id', '=', 'c.repository_id'),
      )
      .leftJoin('documents as d', 'd.manifest_id', 'm.id')
      .select(['c.manifest_id as id', 'c.digest', 'c.size', 'm.kind', 'm.total_size as totalSize'])
      .select(['m.config_digest as config', 'd.config_size as configSize'])
      .select((e) => [
        e.fn.coalesce('c.os', 'm.os').as('os'),
        e.fn.coalesce('c.architecture', 'm.architecture').as('architecture'),
        e.fn.coalesce('c.variant', 'm.variant').as('variant'),
      ])
      .where((e) => this.dialect.isAmong(e.ref('c.manifest_id'), [...found.keys()]))
      .execute();
    for (const { id, digest, size, kind, totalSize, config, configSize, os, architecture, variant } of rows) {
      const index = found.get(id);
      index?.sizes.set(digest, kind === 'index' ? (totalSize ?? size) : size);
      if (config !== null) index?.sizes.set(config, configSize ?? 0);
      if (os !== null && architecture !== null && os !== 'unknown')
        index?.platforms.push({ os, architecture, variant: variant ?? '' });
    }
  }

  async #addPairs(tables: Tables, found: ReadonlyMap<number, Found>): Promise<void> {
    const rows = await tables
      .selectFrom('children as c')
      .innerJoin('manifests as m', (join) =>
        join.onRef('m.digest', '=', 'c.digest').onRef('m.repository_id', '=', 'c.repository_id'),
      )
      .innerJoin('pairs as p', 'p.manifest_id', 'm.id')
      .select(['c.manifest_id as id', 'p.kind', 'p.key', 'p.value'])
      .distinct()
      .where((e) => this.dialect.isAmong(e.ref('c.manifest_id'), [...found.keys()]))
      .execute();
    for (const { id, ...pair } of rows) found.get(id)?.pairs.push(pair);
  }

  async #addLayers(tables: Tables, found: ReadonlyMap<number, Found>): Promise<void> {
    const rows = await tables
      .selectFrom('children as c')
      .innerJoin('manifests as m', (join) =>
        join.onRef('m.digest', '=', 'c.digest').onRef('m.repository_id', '=', 'c.repository_id'),
      )
      .innerJoin('layers as l', 'l.manifest_id', 'm.id')
      .select(['c.manifest_id as id', 'l.digest', 'l.size'])
      .distinct()
      .where((e) => this.dialect.isAmong(e.ref('c.manifest_id'), [...found.keys()]))
      .execute();
    for (const { id, digest, size } of rows) found.get(id)?.sizes.set(digest, size);
  }
}
