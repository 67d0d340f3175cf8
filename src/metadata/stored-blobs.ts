import { Injectable } from '@nestjs/common';
import type { Digest, RepositoryName, Tag } from '@berth/sdk';
import type { BlobKey } from './blobs.js';
import { Database } from './database.js';
import type { Facts } from './schema.js';

export interface StoredBlobRow extends BlobKey {
  readonly size: number;
  readonly location: string;
  readonly state: 'present' | 'quarantined';
}

/** A manifest that needs a blob, or an index that names such a manifest. */
export interface AffectedManifestRow {
  readonly id: number;
  readonly repositoryId: number;
  readonly repository: RepositoryName;
  readonly digest: Digest;
}

/** All bytes there are, whoever holds them and whatever their state: for those who look after them. */
@Injectable()
export class StoredBlobs {
  constructor(private readonly database: Database) {}

  /** True where the repository holds the digest and its bytes are quarantined. */
  async isDamagedIn(repository: RepositoryName, digest: Digest): Promise<boolean> {
    const row = await this.database.reader
      .selectFrom('repositories')
      .innerJoin('memberships', 'memberships.repository_id', 'repositories.id')
      .innerJoin('blobs', (join) =>
        join.onRef('blobs.store', '=', 'memberships.store').onRef('blobs.digest', '=', 'memberships.digest'),
      )
      .select('blobs.state')
      .where('repositories.name', '=', repository)
      .where('memberships.digest', '=', digest)
      .executeTakeFirst();
    return row?.state === 'quarantined';
  }

  /** Those of `stores` in the order of store and digest, after `after`, at most `limit`. */
  list(after: BlobKey | undefined, limit: number, stores: readonly string[]): Promise<StoredBlobRow[]> {
    let query = this.database.reader
      .selectFrom('blobs')
      .select(['store', 'digest', 'size', 'location', 'state'])
      .where('store', 'in', stores)
      .orderBy('store')
      .orderBy('digest')
      .limit(limit);
    if (after) {
      query = query.where(({ eb, refTuple, tuple }) =>
        eb(refTuple('store', 'digest'), '>', tuple(after.store, after.digest)),
      );
    }
    return query.execute();
  }

  find({ store, digest }: BlobKey): Promise<StoredBlobRow | undefined> {
    return this.database.reader
      .selectFrom('blobs')
      .select(['store', 'digest', 'size', 'location', 'state'])
      .where('store', '=', store)
      .where('digest', '=', digest)
      .executeTakeFirst();
  }

  /** Takes the bytes at `location` out of service; they lie at `aside` now. False where the row names other bytes by now. */
  async quarantine(facts: Facts, { store, digest, location }: StoredBlobRow, aside: string): Promise<boolean> {
    const { numUpdatedRows } = await facts
      .updateTable('blobs')
      .set({ state: 'quarantined', location: aside })
      .where('store', '=', store)
      .where('digest', '=', digest)
      .where('location', '=', location)
      .where('state', '=', 'present')
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }

  /** Manifests of repositories that hold the blob and name it, at most `limit`. */
  users({ store, digest }: BlobKey, limit: number): Promise<AffectedManifestRow[]> {
    return this.database.reader
      .selectFrom('memberships as h')
      .innerJoin('manifest_references as f', (join) =>
        join.onRef('f.repository_id', '=', 'h.repository_id').onRef('f.digest', '=', 'h.digest'),
      )
      .innerJoin('manifests as m', 'm.id', 'f.manifest_id')
      .innerJoin('repositories as r', 'r.id', 'm.repository_id')
      .where('h.digest', '=', digest)
      .where('h.store', '=', store)
      .select(['m.id', 'm.repository_id as repositoryId', 'r.name as repository', 'm.digest'])
      .distinct()
      .orderBy('m.id')
      .limit(limit)
      .execute();
  }

  /** Indexes that name a manifest, at most `limit`. */
  indexesOf({ repositoryId, digest }: AffectedManifestRow, limit: number): Promise<AffectedManifestRow[]> {
    return this.database.reader
      .selectFrom('manifest_references as f')
      .innerJoin('manifests as m', 'm.id', 'f.manifest_id')
      .innerJoin('repositories as r', 'r.id', 'm.repository_id')
      .where('f.repository_id', '=', repositoryId)
      .where('f.digest', '=', digest)
      .where('f.kind', '=', 'manifest')
      .select(['m.id', 'm.repository_id as repositoryId', 'r.name as repository', 'm.digest'])
      .orderBy('m.id')
      .limit(limit)
      .execute();
  }

  /** Tags of a manifest in byte order, at most `limit`. */
  async tagsOf(manifestId: number, limit: number): Promise<Tag[]> {
    const rows = await this.database.reader
      .selectFrom('tags')
      .select('name')
      .where('manifest_id', '=', manifestId)
      .orderBy('name')
      .limit(limit)
      .execute();
    return rows.map(({ name }) => name);
  }
}
