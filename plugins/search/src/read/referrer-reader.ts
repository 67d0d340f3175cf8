import { Injectable } from '@nestjs/common';
import type { Digest } from '@berth/sdk';
import { sql } from 'kysely';
import { IndexDialect } from '../dialect/index-dialect.js';
import { SIGNATURE_TOOLS } from '../indexing/attached.js';
import { IndexDatabase } from '../tables/index-database.js';

/** What is attached to an image. spec.md#listing-referrers */
export interface ReferrerSummary {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly artifactType: string | undefined;
  /** Bytes of the manifest itself. */
  readonly size: number;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface SignatureSummary {
  readonly tool: 'cosign' | 'notation';
  /** Of the manifest that is the signature. */
  readonly digest: Digest;
}

/** What is attached to manifests, in their own repositories. */
@Injectable()
export class ReferrerReader {
  constructor(
    private readonly database: IndexDatabase,
    private readonly dialect: IndexDialect,
  ) {}

  /** What refers to each manifest, in the order of the digests; only of `artifactTypes` where some are given. */
  async of(
    manifestIds: readonly number[],
    artifactTypes: readonly string[] = [],
  ): Promise<ReadonlyMap<number, readonly ReferrerSummary[]>> {
    let query = this.database.reader
      .selectFrom('manifests as s')
      .innerJoin('manifests as m', (join) =>
        join.onRef('m.subject', '=', 's.digest').onRef('m.repository_id', '=', 's.repository_id'),
      )
      .innerJoin('documents as d', 'd.manifest_id', 'm.id')
      .select(['s.id as subjectId', 'm.digest', 'm.media_type as mediaType', 'm.artifact_type as artifactType'])
      .select(['m.size', 'd.annotations'])
      .where((e) => this.dialect.isAmong(e.ref('s.id'), manifestIds))
      .orderBy('m.digest');
    // No index over types, whose rows are those of the whole registry: the subjects are few.
    if (artifactTypes.length > 0) query = query.where(sql<string>`(m.artifact_type || '')`, 'in', artifactTypes);
    const found = new Map<number, ReferrerSummary[]>();
    for (const { subjectId, annotations, artifactType, ...row } of await query.execute()) {
      const known = found.get(subjectId) ?? [];
      known.push({
        ...row,
        artifactType: artifactType ?? undefined,
        annotations: JSON.parse(annotations) as Record<string, string>,
      });
      found.set(subjectId, known);
    }
    return found;
  }

  /** Who has signed each manifest: by referrers, and by tags as cosign has them. Nobody has checked them. */
  async signaturesOf(manifestIds: readonly number[]): Promise<ReadonlyMap<number, readonly SignatureSummary[]>> {
    const tools = Object.keys(SIGNATURE_TOOLS);
    const [referring, tagged] = [await this.of(manifestIds, tools), await this.#cosignTagsOf(manifestIds)];
    const found = new Map<number, SignatureSummary[]>();
    for (const [id, referrers] of referring)
      found.set(
        id,
        referrers.map(({ digest, artifactType = '' }) => ({ digest, tool: SIGNATURE_TOOLS[artifactType] ?? 'cosign' })),
      );
    for (const { id, digest } of tagged) found.set(id, [...(found.get(id) ?? []), { tool: 'cosign', digest }]);
    return found;
  }

  #cosignTagsOf(manifestIds: readonly number[]): Promise<readonly { readonly id: number; readonly digest: Digest }[]> {
    return this.database.reader
      .selectFrom('manifests as s')
      .innerJoin('images as t', (join) =>
        join
          .on('t.tag', '=', sql`replace(s.digest, ':', '-') || '.sig'`)
          // By the tag: a repository may have tens of thousands of others.
          .on(sql<number>`t.repository_id + 0`, '=', sql<number>`s.repository_id`),
      )
      .innerJoin('manifests as m', 'm.id', 't.manifest_id')
      .select(['s.id', 'm.digest'])
      .where((e) => this.dialect.isAmong(e.ref('s.id'), manifestIds))
      .execute();
  }
}
