import { Injectable } from '@nestjs/common';
import type { Reference, RepositoryName } from '@berth/sdk';
import type { Kysely } from 'kysely';
import { IndexDialect } from '../dialect/index-dialect.js';
import { IndexDatabase } from '../tables/index-database.js';
import type { IndexTables } from '../tables/index-tables.js';
import { descriptionOf } from './image-description.js';
import type { ImagePlatform, ImageSummary } from './image-summary.js';
import type { ReadScope } from './read-scope.js';
import { isInScope } from './scope-condition.js';

/** Images as they are shown. What may be read was decided where their ids come from. */
@Injectable()
export class ImageReader {
  constructor(
    private readonly database: IndexDatabase,
    private readonly dialect: IndexDialect,
  ) {}

  /** In the order of `ids`; those that have gone meanwhile are left out. */
  async summaries(ids: readonly number[]): Promise<readonly ImageSummary[]> {
    if (ids.length === 0) return [];
    const rows = await rowsOf(this.database.reader, this.dialect, ids);
    const platforms = await this.platformsOf(rows.map(({ manifestId }) => manifestId));
    const found = new Map(rows.map((row) => [row.id, summaryOf(row, platforms.get(row.manifestId) ?? [])]));
    return ids.flatMap((id) => found.get(id) ?? []);
  }

  /** The row of an image by its tag, or of one by its digest that an actor may read. */
  async find(repository: RepositoryName, reference: Reference, scope: ReadScope): Promise<number | undefined> {
    const row = await this.database.reader
      .selectFrom('images as i')
      .innerJoin('manifests as m', 'm.id', 'i.manifest_id')
      .innerJoin('repositories as r', 'r.id', 'i.repository_id')
      .select('i.id')
      .where('r.name', '=', repository)
      .where((e) => (reference.kind === 'tag' ? e('i.tag', '=', reference.tag) : e('m.digest', '=', reference.digest)))
      .where((e) => isInScope(this.dialect, e.ref('i.repository_id'), scope))
      .orderBy('i.name')
      .limit(1)
      .executeTakeFirst();
    return row?.id;
  }

  /** What each manifest runs on; of an index, what those run on that it names. */
  async platformsOf(manifestIds: readonly number[]): Promise<ReadonlyMap<number, readonly ImagePlatform[]>> {
    const rows = await this.database.reader
      .selectFrom('platforms')
      .selectAll()
      .where((e) => this.dialect.isAmong(e.ref('manifest_id'), manifestIds))
      .orderBy('os')
      .orderBy('architecture')
      .orderBy('variant')
      .execute();
    const found = new Map<number, ImagePlatform[]>();
    for (const { manifest_id: id, os, architecture, variant } of rows) {
      const known = found.get(id) ?? [];
      known.push({ os, architecture, variant: variant === '' ? undefined : variant });
      found.set(id, known);
    }
    return found;
  }
}

function rowsOf(tables: Kysely<IndexTables>, dialect: IndexDialect, ids: readonly number[]) {
  return tables
    .selectFrom('images as i')
    .innerJoin('manifests as m', 'm.id', 'i.manifest_id')
    .innerJoin('documents as d', 'd.manifest_id', 'm.id')
    .innerJoin('repositories as r', 'r.id', 'i.repository_id')
    .select(['i.id', 'i.tag', 'i.size', 'i.pushed_at as pushedAt', 'i.pushed_by as pushedBy'])
    .select(['m.id as manifestId', 'm.digest', 'm.kind', 'm.media_type as mediaType', 'm.origin'])
    .select(['m.artifact_type as artifactType', 'm.pushed_at as manifestPushedAt'])
    .select(['m.pushed_by as manifestPushedBy', 'm.built_at as builtAt', 'm.signatures', 'm.sboms', 'm.referrers'])
    .select(['m.pulls', 'm.pulled_at as pulledAt', 'd.annotations', 'd.labels', 'd.author'])
    .select(['r.id as repositoryId', 'r.name as repository', 'r.upstream'])
    .where((e) => dialect.isAmong(e.ref('i.id'), ids))
    .execute();
}

type Row = Awaited<ReturnType<typeof rowsOf>>[number];

function summaryOf(row: Row, platforms: readonly ImagePlatform[]): ImageSummary {
  const { author, ...shown } = row;
  const annotations = JSON.parse(row.annotations) as Record<string, string>;
  const labels = JSON.parse(row.labels) as Record<string, string>;
  return {
    ...shown,
    ...descriptionOf(annotations, labels, author),
    tag: row.tag ?? undefined,
    artifactType: row.artifactType ?? undefined,
    pushedBy: row.pushedBy ?? undefined,
    manifestPushedBy: row.manifestPushedBy ?? undefined,
    builtAt: row.builtAt ?? undefined,
    upstream: row.upstream ?? undefined,
    pulledAt: row.pulledAt ?? undefined,
    platforms,
    labels,
    annotations,
  };
}
