import { Injectable } from '@nestjs/common';
import type { Digest } from '@berth/sdk';
import { sql } from 'kysely';
import { IndexDialect } from '../dialect/index-dialect.js';
import { IndexDatabase } from '../tables/index-database.js';
import type { OffsetPage, Offsets } from './offset-page.js';
import type { ReadScope } from './read-scope.js';
import { isInScope } from './scope-condition.js';

export interface LayerSummary {
  readonly digest: Digest;
  readonly mediaType: string;
  /** Bytes. */
  readonly size: number;
}

@Injectable()
export class LayerReader {
  constructor(
    private readonly database: IndexDatabase,
    private readonly dialect: IndexDialect,
  ) {}

  /** The layers of each manifest, the lowest first. */
  async of(manifestIds: readonly number[]): Promise<ReadonlyMap<number, readonly LayerSummary[]>> {
    const rows = await this.database.reader
      .selectFrom('layers')
      .select(['manifest_id', 'digest', 'media_type as mediaType', 'size'])
      .where((e) => this.dialect.isAmong(e.ref('manifest_id'), manifestIds))
      .orderBy('manifest_id')
      .orderBy('position')
      .execute();
    const found = new Map<number, LayerSummary[]>();
    for (const { manifest_id: id, ...layer } of rows) {
      const known = found.get(id);
      if (known) known.push(layer);
      else found.set(id, [layer]);
    }
    return found;
  }

  /** Layers whose digest begins with `prefix`, each once, in the order of their digests. */
  async beginningWith(prefix: string, scope: ReadScope, { offset, limit }: Offsets): Promise<OffsetPage<LayerSummary>> {
    const found = this.database.reader
      .selectFrom('layers as l')
      .innerJoin('manifests as m', 'm.id', 'l.manifest_id')
      .where((e) => this.dialect.matches(e.ref('l.digest'), [{ text: prefix }, '*']))
      .where((e) => isInScope(this.dialect, e.ref('m.repository_id'), scope))
      .groupBy('l.digest');
    const [items, counted] = await Promise.all([
      found
        .select(['l.digest', (e) => e.fn.min('l.media_type').as('mediaType'), (e) => e.fn.max('l.size').as('size')])
        .orderBy('l.digest')
        .offset(offset)
        .limit(limit)
        .execute(),
      this.database.reader
        .selectFrom(found.select('l.digest').as('found'))
        .select(sql<number | string>`count(*)`.as('total'))
        .executeTakeFirstOrThrow(),
    ]);
    return { total: Number(counted.total), items };
  }
}
