import { Injectable } from '@nestjs/common';
import type { Digest, RepositoryName } from '@berth/sdk';
import type { ExpressionBuilder } from 'kysely';
import { Changes } from './changes.js';
import { Database } from './database.js';
import { countHeldBlob } from './held-bytes.js';
import { forgetPulls } from './manifests.js';
import type { Facts, Schema } from './schema.js';
import { UpstreamHoldings } from './upstream-holdings.js';

export interface UnreferencedManifest {
  readonly id: number;
  readonly repositoryId: number;
  readonly repository: RepositoryName;
  readonly digest: Digest;
  readonly size: number;
}

export interface UnreferencedMembership {
  readonly repositoryId: number;
  readonly repository: RepositoryName;
  readonly digest: Digest;
}

export interface UnreferencedBlob {
  readonly store: string;
  readonly digest: Digest;
  readonly location: string;
  readonly size: number;
}

/** A window of rows: those after `after`, at most `span` of them, so that no step is long. */
export interface Window<Key> {
  readonly after: Key;
  readonly span: number;
}

/** What a step looked at: where the next begins, or `undefined` at the end. */
export interface Scanned<Row, Key> {
  readonly rows: readonly Row[];
  readonly next: Key | undefined;
}

/**
 * What nothing refers to. Finding is a read of a bounded window; removing asks again inside its transaction, so that
 * whatever a push did in between wins.
 */
@Injectable()
export class Garbage {
  constructor(
    private readonly database: Database,
    private readonly changes: Changes,
    private readonly holdings: UpstreamHoldings,
  ) {}

  /** Untagged manifests that no index of their repository names, whose subject is gone, not seen since `before`. */
  async findManifests(
    before: number,
    stores: readonly string[],
    { after, span }: Window<number>,
  ): Promise<Scanned<UnreferencedManifest, number>> {
    const { reader } = this.database;
    const last = await reader
      .selectFrom('manifests')
      .select('id')
      .where('id', '>', after)
      .orderBy('id')
      .offset(span - 1)
      .limit(1)
      .executeTakeFirst();
    let query = reader
      .selectFrom('manifests')
      .innerJoin('repositories', 'repositories.id', 'manifests.repository_id')
      .where('manifests.id', '>', after)
      .where('repositories.store', 'in', stores)
      .where(unreferencedManifest(before))
      .select([
        'manifests.id',
        'manifests.repository_id as repositoryId',
        'repositories.name as repository',
        'manifests.digest',
        'manifests.size',
      ]);
    if (last) query = query.where('manifests.id', '<=', last.id);
    return { rows: await query.execute(), next: last?.id };
  }

  async removeManifest(facts: Facts, manifest: UnreferencedManifest, before: number, at: number): Promise<boolean> {
    const gone = await facts
      .deleteFrom('manifests')
      .where('id', '=', manifest.id)
      .where(unreferencedManifest(before))
      .returning('id')
      .executeTakeFirst();
    if (!gone) return false;
    const { repository, repositoryId, digest } = manifest;
    await forgetPulls(facts, repositoryId, digest);
    await this.changes.record(facts, { at, kind: 'manifest.deleted', repository, digest, actor: undefined });
    return true;
  }

  /** Blobs held by a repository none of whose manifests names them, not seen since `before`. */
  async findMemberships(
    before: number,
    stores: readonly string[],
    { after, span }: Window<MembershipKey>,
  ): Promise<Scanned<UnreferencedMembership, MembershipKey>> {
    const { reader } = this.database;
    const window = await reader
      .selectFrom('memberships')
      .innerJoin('repositories', 'repositories.id', 'memberships.repository_id')
      .where(({ eb, refTuple, tuple }) =>
        eb(
          refTuple('memberships.repository_id', 'memberships.digest'),
          '>',
          tuple(after.repositoryId, after.digest as Digest),
        ),
      )
      .orderBy('memberships.repository_id')
      .orderBy('memberships.digest')
      .limit(span)
      .select(['memberships.repository_id as repositoryId', 'repositories.name as repository', 'memberships.digest'])
      .select((e) =>
        e
          .and([e('memberships.store', 'in', stores), unreferencedMembership(before)(e)])
          .$castTo<number>()
          .as('garbage'),
      )
      .execute();
    const last = window.length < span ? undefined : window.at(-1);
    return {
      rows: window.filter(({ garbage }) => Boolean(garbage)),
      next: last && { repositoryId: last.repositoryId, digest: last.digest },
    };
  }

  async removeMembership(facts: Facts, held: UnreferencedMembership, before: number, at: number): Promise<boolean> {
    const { repositoryId, repository, digest } = held;
    const gone = await facts
      .deleteFrom('memberships')
      .where('repository_id', '=', repositoryId)
      .where('digest', '=', digest)
      .where(unreferencedMembership(before))
      .returning(['store', 'upstream'])
      .executeTakeFirst();
    if (!gone) return false;
    const { store, upstream } = gone;
    await countHeldBlob(facts, { repositoryId, store, digest }, '-');
    if (upstream !== null) await this.holdings.countBlob(facts, { upstream, store, digest }, '-');
    await this.changes.record(facts, { at, kind: 'blob.deleted', repository, digest, actor: undefined });
    return true;
  }

  /** Bytes that no repository holds, not seen since `before`. */
  async findBlobs(
    before: number,
    stores: readonly string[],
    { after, span }: Window<BlobKey>,
  ): Promise<Scanned<UnreferencedBlob, BlobKey>> {
    const window = await this.database.reader
      .selectFrom('blobs')
      .where(({ eb, refTuple, tuple }) =>
        eb(refTuple('blobs.store', 'blobs.digest'), '>', tuple(after.store, after.digest as Digest)),
      )
      .orderBy('blobs.store')
      .orderBy('blobs.digest')
      .limit(span)
      .select(['blobs.store', 'blobs.digest', 'blobs.location', 'blobs.size'])
      .select((e) =>
        e
          .and([e('blobs.store', 'in', stores), unreferencedBlob(before)(e)])
          .$castTo<number>()
          .as('garbage'),
      )
      .execute();
    const last = window.length < span ? undefined : window.at(-1);
    return {
      rows: window.filter(({ garbage }) => Boolean(garbage)),
      next: last && { store: last.store, digest: last.digest },
    };
  }

  /** Removes the row, if it is still the one that was found. Only then may its location be unlinked. */
  async removeBlob(facts: Facts, { store, digest, location }: UnreferencedBlob, before: number): Promise<boolean> {
    const gone = await facts
      .deleteFrom('blobs')
      .where('store', '=', store)
      .where('digest', '=', digest)
      .where('location', '=', location)
      .where(unreferencedBlob(before))
      .returning('digest')
      .executeTakeFirst();
    return gone !== undefined;
  }
}

export interface MembershipKey {
  readonly repositoryId: number;
  readonly digest: string;
}

export interface BlobKey {
  readonly store: string;
  readonly digest: string;
}

/** Mirrored manifests are roots until their upstream has them no more. An index keeps its children, a manifest its referrers; neither the other way round. */
function unreferencedManifest(before: number) {
  return (e: ExpressionBuilder<Schema, 'manifests'>) =>
    e.and([
      e.or([e('manifests.origin', 'in', ['pushed', 'imported']), e('manifests.upstream', 'is', null)]),
      e('manifests.last_seen', '<', before),
      e.not(e.exists(e.selectFrom('tags').select('tags.name').whereRef('tags.manifest_id', '=', 'manifests.id'))),
      e.not(
        e.exists(
          e
            .selectFrom('manifest_references as parent')
            .select('parent.manifest_id')
            .whereRef('parent.repository_id', '=', 'manifests.repository_id')
            .whereRef('parent.digest', '=', 'manifests.digest')
            .where('parent.kind', '=', 'manifest'),
        ),
      ),
      e.not(
        e.exists(
          e
            .selectFrom('manifests as subject')
            .select('subject.id')
            .whereRef('subject.repository_id', '=', 'manifests.repository_id')
            .whereRef('subject.digest', '=', 'manifests.subject'),
        ),
      ),
    ]);
}

function unreferencedMembership(before: number) {
  return (e: ExpressionBuilder<Schema, 'memberships'>) =>
    e.and([
      e('memberships.last_seen', '<', before),
      e.not(
        e.exists(
          e
            .selectFrom('manifest_references as user')
            .select('user.manifest_id')
            .whereRef('user.repository_id', '=', 'memberships.repository_id')
            .whereRef('user.digest', '=', 'memberships.digest'),
        ),
      ),
    ]);
}

function unreferencedBlob(before: number) {
  return (e: ExpressionBuilder<Schema, 'blobs'>) =>
    e.and([
      e('blobs.last_seen', '<', before),
      e.not(
        e.exists(
          e
            .selectFrom('memberships as holder')
            .select('holder.repository_id')
            .whereRef('holder.store', '=', 'blobs.store')
            .whereRef('holder.digest', '=', 'blobs.digest'),
        ),
      ),
    ]);
}
