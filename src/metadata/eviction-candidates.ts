import { Injectable } from '@nestjs/common';
import type { Digest, RepositoryName } from '@berth/sdk';
import { Database } from './database.js';

interface Candidate {
  readonly upstream: string;
  readonly repositoryId: number;
  readonly repository: RepositoryName;
  readonly store: string;
  readonly digest: Digest;
  /** When it came, or was last pulled or asked about. */
  readonly lastSeen: number;
}

export interface ManifestCandidate extends Candidate {
  readonly kind: 'manifest';
  readonly id: number;
}

export interface MembershipCandidate extends Candidate {
  readonly kind: 'membership';
}

export type EvictionCandidate = ManifestCandidate | MembershipCandidate;

/** What came from an upstream and may go, that which was pulled least recently first. By an index, a page at a time. */
@Injectable()
export class EvictionCandidates {
  constructor(private readonly database: Database) {}

  /** Manifests of `upstream` after `last`, at most `limit`. */
  async manifests(upstream: string, last: ManifestCandidate | undefined, limit: number): Promise<ManifestCandidate[]> {
    let query = this.database.reader
      .selectFrom('manifests')
      .innerJoin('repositories', 'repositories.id', 'manifests.repository_id')
      .where('manifests.upstream', '=', upstream)
      .select([
        'manifests.id',
        'repositories.id as repositoryId',
        'repositories.name as repository',
        'repositories.store',
        'manifests.digest',
        'manifests.last_seen as lastSeen',
      ])
      .orderBy('manifests.last_seen')
      .orderBy('manifests.id')
      .limit(limit);
    if (last) {
      query = query.where(({ eb, refTuple, tuple }) =>
        eb(refTuple('manifests.last_seen', 'manifests.id'), '>', tuple(last.lastSeen, last.id)),
      );
    }
    return (await query.execute()).map((row) => ({ kind: 'manifest', upstream, ...row }));
  }

  /** Blobs of `upstream` that repositories hold, after `last`, at most `limit`. Most of them go with a manifest. */
  async memberships(
    upstream: string,
    last: MembershipCandidate | undefined,
    limit: number,
  ): Promise<MembershipCandidate[]> {
    let query = this.database.reader
      .selectFrom('memberships')
      .innerJoin('repositories', 'repositories.id', 'memberships.repository_id')
      .where('memberships.upstream', '=', upstream)
      .select([
        'repositories.id as repositoryId',
        'repositories.name as repository',
        'memberships.store',
        'memberships.digest',
        'memberships.last_seen as lastSeen',
      ])
      .orderBy('memberships.last_seen')
      .orderBy('memberships.repository_id')
      .orderBy('memberships.digest')
      .limit(limit);
    if (last) {
      query = query.where(({ eb, refTuple, tuple }) =>
        eb(
          refTuple('memberships.last_seen', 'memberships.repository_id', 'memberships.digest'),
          '>',
          tuple(last.lastSeen, last.repositoryId, last.digest),
        ),
      );
    }
    return (await query.execute()).map((row) => ({ kind: 'membership', upstream, ...row }));
  }
}
