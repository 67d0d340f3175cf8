import { Injectable } from '@nestjs/common';
import type { Digest, RepositoryName } from '@berth/sdk';
import { Database } from './database.js';
import type { Facts } from './schema.js';

export interface BlobRow {
  readonly size: number;
  readonly location: string;
}

export interface ReplacedBlobRow {
  readonly location: string;
  readonly state: 'present' | 'quarantined';
}

export interface HeldBlobRow extends BlobRow {
  readonly store: string;
  readonly repositoryId: number;
  /** When the repository's hold was last marked, not when the bytes were. */
  readonly lastSeen: number;
  /** Who supplied the bytes; `null` where a client pushed or mounted them. */
  readonly upstream: string | null;
}

export interface BlobKey {
  readonly store: string;
  readonly digest: Digest;
}

export interface NewBlob extends BlobKey, BlobRow {
  readonly at: number;
}

/** The bytes of a store: one row for each digest. */
@Injectable()
export class Blobs {
  readonly #held;
  readonly #present;

  constructor(private readonly database: Database) {
    this.#held = database.prepare<{ repository: RepositoryName; digest: Digest }, HeldBlobRow>(
      (reader, { repository, digest }) =>
        reader
          .selectFrom('repositories as r')
          .innerJoin('memberships as m', 'm.repository_id', 'r.id')
          .innerJoin('blobs as b', (join) => join.onRef('b.digest', '=', 'm.digest').onRef('b.store', '=', 'm.store'))
          .where('r.name', '=', repository)
          .where('m.digest', '=', digest)
          .where('b.state', '=', 'present')
          .select(['b.store', 'b.size', 'b.location', 'r.id as repositoryId', 'm.last_seen as lastSeen', 'm.upstream']),
    );
    this.#present = database.prepare<{ store: string; digest: Digest }, BlobRow>((reader, { store, digest }) =>
      reader
        .selectFrom('blobs')
        .select(['size', 'location'])
        .where('store', '=', store)
        .where('digest', '=', digest)
        .where('state', '=', 'present'),
    );
  }

  /** The blob as `repository` holds it, or `undefined` where it does not. */
  findHeld(repository: RepositoryName, digest: Digest): Promise<HeldBlobRow | undefined> {
    return this.#held.first({ repository, digest });
  }

  /** The bytes of `digest` in `store`, whoever holds them. */
  find({ store, digest }: BlobKey): Promise<BlobRow | undefined> {
    return this.#present.first({ store, digest });
  }

  findIn(facts: Facts, { store, digest }: BlobKey): Promise<BlobRow | undefined> {
    return facts
      .selectFrom('blobs')
      .select(['size', 'location'])
      .where('store', '=', store)
      .where('digest', '=', digest)
      .where('state', '=', 'present')
      .executeTakeFirst();
  }

  /** True where the row was made; false where another write of the same digest was first. */
  async insert(facts: Facts, { store, digest, size, location, at }: NewBlob): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await facts
      .insertInto('blobs')
      .values({ store, digest, size, location, state: 'present', created_at: at, last_seen: at })
      .onConflict((conflict) => conflict.columns(['store', 'digest']).doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 1n;
  }

  /** Points the row at new bytes of the same digest, puts it into service, and gives what it said before. */
  async replace(facts: Facts, { store, digest, size, location, at }: NewBlob): Promise<ReplacedBlobRow | undefined> {
    const old = await facts
      .selectFrom('blobs')
      .select(['location', 'state'])
      .where('store', '=', store)
      .where('digest', '=', digest)
      .executeTakeFirst();
    if (!old) return undefined;
    await facts
      .updateTable('blobs')
      .set({ size, location, state: 'present', last_seen: at })
      .where('store', '=', store)
      .where('digest', '=', digest)
      .execute();
    return old;
  }

  /** Marks the bytes as just seen; false where there are none. Keeps garbage collection away for its grace time. */
  async touch(facts: Facts, { store, digest }: BlobKey, at: number): Promise<boolean> {
    const { numUpdatedRows } = await facts
      .updateTable('blobs')
      .set({ last_seen: at })
      .where('store', '=', store)
      .where('digest', '=', digest)
      .where('state', '=', 'present')
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }

  /** Which of `locations` a row names. */
  async named(locations: readonly string[]): Promise<Set<string>> {
    if (locations.length === 0) return new Set();
    const rows = await this.database.reader
      .selectFrom('blobs')
      .select('location')
      .where('location', 'in', locations)
      .execute();
    return new Set(rows.map(({ location }) => location));
  }
}
