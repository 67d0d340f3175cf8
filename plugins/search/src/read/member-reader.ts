import { Injectable } from '@nestjs/common';
import type { Digest } from '@berth/sdk';
import type { Kysely } from 'kysely';
import { IndexDialect } from '../dialect/index-dialect.js';
import type { HistoryStep } from '../indexing/image-config.js';
import type { IndexTables, ManifestKind } from '../tables/index-tables.js';
import type { ImagePlatform } from './image-summary.js';
import { IndexDatabase } from '../tables/index-database.js';

/** One manifest that can be run or used: an image's own, or one that its index names and the repository holds. Times as elsewhere. */
export interface MemberSummary {
  readonly manifestId: number;
  readonly digest: Digest;
  readonly kind: ManifestKind;
  readonly mediaType: string;
  readonly artifactType: string | undefined;
  readonly configDigest: Digest | undefined;
  /** Bytes of all that it consists of. */
  readonly size: number;
  readonly platform: ImagePlatform | undefined;
  readonly builtAt: number | undefined;
  readonly pushedAt: number;
  readonly signatures: number;
  readonly pulls: number;
  readonly history: readonly HistoryStep[];
}

/** Of images what they consist of: of an index the manifests that it names, as far as they are held, of any other itself. */
@Injectable()
export class MemberReader {
  constructor(
    private readonly database: IndexDatabase,
    private readonly dialect: IndexDialect,
  ) {}

  /** By the manifest's id, in the order of the index. */
  async of(manifestIds: readonly number[]): Promise<ReadonlyMap<number, readonly MemberSummary[]>> {
    const tables = this.database.reader;
    const [own, named] = await Promise.all([
      ownRows(tables, this.dialect, manifestIds),
      namedRows(tables, this.dialect, manifestIds),
    ]);
    const found = new Map<number, MemberSummary[]>();
    for (const { of, ...row } of [...own, ...named]) {
      const known = found.get(of) ?? [];
      known.push(memberOf(row));
      found.set(of, known);
    }
    return found;
  }
}

const COLUMNS = [
  'm.id as manifestId',
  'm.digest',
  'm.kind',
  'm.media_type as mediaType',
  'm.artifact_type as artifactType',
  'm.config_digest as configDigest',
  'm.total_size as size',
  'm.built_at as builtAt',
  'm.pushed_at as pushedAt',
  'm.signatures',
  'm.pulls',
  'd.history',
] as const;

function ownRows(tables: Kysely<IndexTables>, dialect: IndexDialect, ids: readonly number[]) {
  return tables
    .selectFrom('manifests as m')
    .innerJoin('documents as d', 'd.manifest_id', 'm.id')
    .select('m.id as of')
    .select(COLUMNS)
    .select(['m.os', 'm.architecture', 'm.variant'])
    .where((e) => dialect.isAmong(e.ref('m.id'), ids))
    .where('m.kind', '!=', 'index')
    .execute();
}

/** What the index says of the platform goes before what the configuration says. */
function namedRows(tables: Kysely<IndexTables>, dialect: IndexDialect, ids: readonly number[]) {
  return tables
    .selectFrom('children as c')
    .innerJoin('manifests as m', (join) =>
      join.onRef('m.digest', '=', 'c.digest').onRef('m.repository_id', '=', 'c.repository_id'),
    )
    .innerJoin('documents as d', 'd.manifest_id', 'm.id')
    .select('c.manifest_id as of')
    .select(COLUMNS)
    .select((e) => [
      e.fn.coalesce('c.os', 'm.os').as('os'),
      e.fn.coalesce('c.architecture', 'm.architecture').as('architecture'),
      e.fn.coalesce('c.variant', 'm.variant').as('variant'),
    ])
    .where((e) => dialect.isAmong(e.ref('c.manifest_id'), ids))
    .orderBy('c.manifest_id')
    .orderBy('c.position')
    .execute();
}

type Row = Omit<Awaited<ReturnType<typeof ownRows>>[number], 'of'>;

function memberOf({ os, architecture, variant, history, ...row }: Row): MemberSummary {
  return {
    ...row,
    artifactType: row.artifactType ?? undefined,
    configDigest: row.configDigest ?? undefined,
    builtAt: row.builtAt ?? undefined,
    platform: os === null || architecture === null ? undefined : { os, architecture, variant: variant ?? undefined },
    history: JSON.parse(history) as HistoryStep[],
  };
}
