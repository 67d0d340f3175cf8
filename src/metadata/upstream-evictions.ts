import { Injectable } from '@nestjs/common';
import type { Digest, RepositoryName, Tag } from '@berth/sdk';
import { Changes } from './changes.js';
import type { EvictionCandidate, ManifestCandidate, MembershipCandidate } from './eviction-candidates.js';
import { Manifests } from './manifests.js';
import { Memberships } from './memberships.js';
import type { Facts } from './schema.js';
import { Tags } from './tags.js';

/** What somebody uses now stays. Asked within the transaction. */
export interface InUseNow {
  manifest(repository: RepositoryName, digest: Digest, tags: readonly Tag[]): boolean;
  blob(digest: Digest): boolean;
}

export interface FreedBytes {
  readonly store: string;
  readonly location: string;
  readonly size: number;
}

/** What has gone, all of it from one repository. */
export interface Evicted {
  readonly upstream: string;
  readonly repository: RepositoryName;
  readonly manifest: Digest | undefined;
  /** They pointed at the manifest. */
  readonly tags: readonly Tag[];
  /** Blobs that the repository holds no more. */
  readonly blobs: readonly Digest[];
  /** Bytes that no repository holds any more: to be removed once this is committed. */
  readonly freed: readonly FreedBytes[];
}

/**
 * Takes away what came from an upstream: a manifest with the blobs that nothing else in its repository names, or a blob that nothing
 * names. What a client has pushed, and what that needs, stays.
 */
@Injectable()
export class UpstreamEvictions {
  constructor(
    private readonly manifests: Manifests,
    private readonly memberships: Memberships,
    private readonly tags: Tags,
    private readonly changes: Changes,
  ) {}

  /** `undefined` where it stays: it has been pulled or pushed since it was found, it is in use, or something needs it. */
  evict(facts: Facts, candidate: EvictionCandidate, inUse: InUseNow, at: number): Promise<Evicted | undefined> {
    return candidate.kind === 'manifest'
      ? this.#evictManifest(facts, candidate, inUse, at)
      : this.#evictMembership(facts, candidate, inUse, at);
  }

  async #evictManifest(
    facts: Facts,
    candidate: ManifestCandidate,
    inUse: InUseNow,
    at: number,
  ): Promise<Evicted | undefined> {
    const { id, upstream, repositoryId, repository, digest, lastSeen } = candidate;
    const found = await facts
      .selectFrom('manifests')
      .select('id')
      .where('id', '=', id)
      .where('upstream', '=', upstream)
      .where('last_seen', '=', lastSeen)
      .executeTakeFirst();
    const tags = await facts.selectFrom('tags').select('name').where('manifest_id', '=', id).execute();
    const names = tags.map(({ name }) => name);
    if (!found || inUse.manifest(repository, digest, names)) return undefined;
    if (await isNeeded(facts, candidate)) {
      // It comes last from now on, so that it is not looked at again and again.
      await this.manifests.touch(facts, id, at);
      return undefined;
    }
    const named = await facts
      .selectFrom('manifest_references')
      .select('digest')
      .where('manifest_id', '=', id)
      .execute();
    for (const tag of await this.tags.removeAllOf(facts, id))
      await this.changes.record(facts, {
        at,
        kind: 'tag.deleted',
        repository,
        reference: tag,
        digest,
        actor: undefined,
      });
    await this.manifests.remove(facts, id);
    await this.changes.record(facts, { at, kind: 'manifest.deleted', repository, digest, actor: undefined });
    // An index that is still here lacks it by intention from now on.
    await facts
      .updateTable('manifest_references')
      .set({ state: 'remote' })
      .where('repository_id', '=', repositoryId)
      .where('digest', '=', digest)
      .where('state', '=', 'held')
      .execute();
    const blobs: Digest[] = [];
    const freed: FreedBytes[] = [];
    for (const digest of new Set(named.map((reference) => reference.digest))) {
      const blob = { upstream, repositoryId, repository, digest };
      if (inUse.blob(digest) || (await usersOf(facts, blob)) || !(await this.#removeBlob(facts, blob, at))) continue;
      blobs.push(digest);
      freed.push(...(await removeBytes(facts, candidate.store, digest)));
    }
    return { upstream, repository, manifest: digest, tags: names, blobs, freed };
  }

  async #evictMembership(
    facts: Facts,
    candidate: MembershipCandidate,
    inUse: InUseNow,
    at: number,
  ): Promise<Evicted | undefined> {
    const { upstream, repository, store, digest, lastSeen } = candidate;
    if (inUse.blob(digest)) return undefined;
    const users = await usersOf(facts, candidate);
    if (users) {
      // It goes with the last that names it, and comes no earlier.
      const last = users.isPushed ? at : users.lastSeen;
      if (last > lastSeen) await this.memberships.touch(facts, candidate, last);
      return undefined;
    }
    if (!(await this.#removeBlob(facts, candidate, at))) return undefined;
    const freed = await removeBytes(facts, store, digest);
    return { upstream, repository, manifest: undefined, tags: [], blobs: [digest], freed };
  }

  /** False where the upstream has not supplied it, or a client has asked about it since it was found. */
  async #removeBlob(facts: Facts, blob: BlobOfUpstream, at: number): Promise<boolean> {
    const { upstream, repositoryId, repository, digest, lastSeen } = blob;
    let query = facts
      .selectFrom('memberships')
      .select('digest')
      .where('repository_id', '=', repositoryId)
      .where('digest', '=', digest)
      .where('upstream', '=', upstream);
    if (lastSeen !== undefined) query = query.where('last_seen', '=', lastSeen);
    if (!(await query.executeTakeFirst())) return false;
    await this.memberships.remove(facts, { repositoryId, digest });
    await this.changes.record(facts, { at, kind: 'blob.deleted', repository, digest, actor: undefined });
    return true;
  }
}

interface BlobOfUpstream {
  readonly upstream: string;
  readonly repositoryId: number;
  readonly repository: RepositoryName;
  readonly digest: Digest;
  readonly lastSeen?: number;
}

/** What a client has pushed needs it: an index that names it, or a referrer, which is garbage without its subject. */
async function isNeeded(facts: Facts, { repositoryId, digest }: ManifestCandidate): Promise<boolean> {
  const index = await facts
    .selectFrom('manifest_references as f')
    .innerJoin('manifests as m', 'm.id', 'f.manifest_id')
    .select('m.id')
    .where('f.repository_id', '=', repositoryId)
    .where('f.digest', '=', digest)
    .where('m.upstream', 'is', null)
    .limit(1)
    .executeTakeFirst();
  if (index) return true;
  const referrer = await facts
    .selectFrom('manifests')
    .select('id')
    .where('repository_id', '=', repositoryId)
    .where('subject', '=', digest)
    .where('upstream', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return referrer !== undefined;
}

/** Of the manifests of the repository that name a blob: when the last was seen, and whether a client has pushed one. */
async function usersOf(
  facts: Facts,
  { repositoryId, digest }: { readonly repositoryId: number; readonly digest: Digest },
): Promise<{ readonly lastSeen: number; readonly isPushed: boolean } | undefined> {
  const rows = await facts
    .selectFrom('manifest_references as f')
    .innerJoin('manifests as m', 'm.id', 'f.manifest_id')
    .select(['m.last_seen as lastSeen', 'm.upstream'])
    .where('f.repository_id', '=', repositoryId)
    .where('f.digest', '=', digest)
    // One that a client has pushed says it all; else the one that was seen last.
    .orderBy((e) => e.case().when('m.upstream', 'is', null).then(0).else(1).end())
    .orderBy('m.last_seen', 'desc')
    .limit(1)
    .execute();
  const [first] = rows;
  return first && { lastSeen: first.lastSeen, isPushed: first.upstream === null };
}

/** Removes the row of bytes that no repository of the store holds. */
function removeBytes(facts: Facts, store: string, digest: Digest): Promise<FreedBytes[]> {
  return facts
    .deleteFrom('blobs')
    .where('store', '=', store)
    .where('digest', '=', digest)
    .where((e) =>
      e.not(
        e.exists(
          e
            .selectFrom('memberships as holder')
            .select('holder.repository_id')
            .whereRef('holder.store', '=', 'blobs.store')
            .whereRef('holder.digest', '=', 'blobs.digest'),
        ),
      ),
    )
    .returning(['store', 'location', 'size'])
    .execute();
}
