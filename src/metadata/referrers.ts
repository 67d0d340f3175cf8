import { Injectable } from '@nestjs/common';
import type { Digest, RepositoryName } from '@berth/sdk';
import { Database } from './database.js';

export interface ReferrerRow {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly size: number;
  readonly artifactType: string | null;
  readonly annotations: string | null;
}

export interface ReferrerQuery {
  readonly repository: RepositoryName;
  readonly subject: Digest;
  readonly artifactTypes: readonly string[];
  /** Digests after this one. */
  readonly last: string | undefined;
  readonly limit: number;
}

/** Manifests by the subject they name. */
@Injectable()
export class Referrers {
  constructor(private readonly database: Database) {}

  /** In the order of their digests. */
  list({ repository, subject, artifactTypes, last, limit }: ReferrerQuery): Promise<ReferrerRow[]> {
    let query = this.database.reader
      .selectFrom('repositories as r')
      .innerJoin('manifests as m', 'm.repository_id', 'r.id')
      .where('r.name', '=', repository)
      .where('m.subject', '=', subject)
      .where('m.state', '=', 'present')
      .where('m.digest', '>', (last ?? '') as Digest)
      .orderBy('m.digest')
      .limit(limit)
      .select(['m.digest', 'm.media_type as mediaType', 'm.size', 'm.artifact_type as artifactType', 'm.annotations']);
    if (artifactTypes.length > 0) query = query.where('m.artifact_type', 'in', artifactTypes);
    return query.execute();
  }
}
