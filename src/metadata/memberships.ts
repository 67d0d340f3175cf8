import { Injectable } from '@nestjs/common';
import type { Digest, RepositoryName } from '@berth/sdk';
import { Database } from './database.js';
import { countHeldBlob } from './held-bytes.js';
import type { Facts } from './schema.js';
import { UpstreamHoldings } from './upstream-holdings.js';

export interface MembershipKey {
  readonly repositoryId: number;
  readonly digest: Digest;
}

export interface NewMembership extends MembershipKey {
  readonly store: string;
  /** Who supplied the bytes; absent where a client pushed or mounted them. */
  readonly upstream?: string | undefined;
  readonly at: number;
}

export interface SuppliedBlob {
  readonly store: string;
  readonly upstream: string;
  readonly digest: Digest;
}

/** SQLite takes 32,766 values a statement, and a manifest of 4 MiB has room for more digests. */
const DIGESTS_PER_QUERY = 500;

/** Which repository holds which blob. */
@Injectable()
export class Memberships {
  constructor(
    private readonly database: Database,
    private readonly holdings: UpstreamHoldings,
  ) {}

  /**
   * Makes the repository hold the blob; where it does already, marks that as just seen, and gives false. What a client has pushed is the
   * upstream's no more.
   */
  async put(facts: Facts, { repositoryId, digest, store, upstream, at }: NewMembership): Promise<boolean> {
    const known = await facts
      .updateTable('memberships')
      .set({ last_seen: at })
      .where('repository_id', '=', repositoryId)
      .where('digest', '=', digest)
      .returning(['store', 'upstream'])
      .executeTakeFirst();
    if (known) {
      if (upstream === undefined && known.upstream !== null)
        await this.#claim(facts, { repositoryId, digest }, { store: known.store, upstream: known.upstream });
      return false;
    }
    if (upstream !== undefined) await this.holdings.countBlob(facts, { upstream, store, digest }, '+');
    await facts
      .insertInto('memberships')
      .values({ repository_id: repositoryId, store, digest, upstream: upstream ?? null, created_at: at, last_seen: at })
      .execute();
    await countHeldBlob(facts, { repositoryId, store, digest }, '+');
    return true;
  }

  async #claim(
    facts: Facts,
    { repositoryId, digest }: MembershipKey,
    { store, upstream }: { readonly store: string; readonly upstream: string },
  ): Promise<void> {
    await facts
      .updateTable('memberships')
      .set({ upstream: null })
      .where('repository_id', '=', repositoryId)
      .where('digest', '=', digest)
      .execute();
    await this.holdings.countBlob(facts, { upstream, store, digest }, '-');
  }

  /** Marks a blob nobody names yet as just seen; false where the repository holds it no more. */
  async touch(facts: Facts, { repositoryId, digest }: MembershipKey, at: number): Promise<boolean> {
    const { numUpdatedRows } = await facts
      .updateTable('memberships')
      .set({ last_seen: at })
      .where('repository_id', '=', repositoryId)
      .where('digest', '=', digest)
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }

  /** False where the repository does not hold the blob. */
  async remove(facts: Facts, { repositoryId, digest }: MembershipKey): Promise<boolean> {
    const gone = await facts
      .deleteFrom('memberships')
      .where('repository_id', '=', repositoryId)
      .where('digest', '=', digest)
      .returning(['store', 'upstream'])
      .executeTakeFirst();
    if (!gone) return false;
    const { store, upstream } = gone;
    await countHeldBlob(facts, { repositoryId, store, digest }, '-');
    if (upstream !== null) await this.holdings.countBlob(facts, { upstream, store, digest }, '-');
    return true;
  }

  /** Those of `digests` that the repository holds and whose bytes are present. */
  async held(facts: Facts, repositoryId: number, digests: readonly Digest[]): Promise<Set<Digest>> {
    const held = new Set<Digest>();
    for (let start = 0; start < digests.length; start += DIGESTS_PER_QUERY) {
      const rows = await facts
        .selectFrom('memberships as m')
        .innerJoin('blobs as b', (join) => join.onRef('b.digest', '=', 'm.digest').onRef('b.store', '=', 'm.store'))
        .select('m.digest')
        .where('m.repository_id', '=', repositoryId)
        .where('m.digest', 'in', digests.slice(start, start + DIGESTS_PER_QUERY))
        .where('b.state', '=', 'present')
        .execute();
      for (const { digest } of rows) held.add(digest);
    }
    return held;
  }

  /** The upstreams that supplied the bytes of `digest` to repositories of `store`, in byte order. */
  async suppliers(store: string, digest: Digest): Promise<string[]> {
    const rows = await this.database.reader
      .selectFrom('memberships')
      .select('upstream')
      .distinct()
      .where('digest', '=', digest)
      .where('store', '=', store)
      .where('upstream', 'is not', null)
      .orderBy('upstream')
      .execute();
    return rows.flatMap(({ upstream }) => upstream ?? []);
  }

  /** A repository of another store than `store` that `upstream` supplied with `digest`, whose bytes are present. */
  async suppliedElsewhere({ store, upstream, digest }: SuppliedBlob): Promise<RepositoryName | undefined> {
    const row = await this.database.reader
      .selectFrom('memberships as m')
      .innerJoin('blobs as b', (join) => join.onRef('b.digest', '=', 'm.digest').onRef('b.store', '=', 'm.store'))
      .innerJoin('repositories as r', 'r.id', 'm.repository_id')
      .select('r.name')
      .where('m.digest', '=', digest)
      .where('m.store', '!=', store)
      .where('m.upstream', '=', upstream)
      .where('b.state', '=', 'present')
      .limit(1)
      .executeTakeFirst();
    return row?.name;
  }

  /** Names of repositories of `store` that hold `digest`, at most `limit`, in no order that means anything. */
  async holders(store: string, digest: Digest, limit: number): Promise<RepositoryName[]> {
    const rows = await this.database.reader
      .selectFrom('memberships as m')
      .innerJoin('repositories as r', 'r.id', 'm.repository_id')
      .select('r.name')
      .where('m.digest', '=', digest)
      .where('m.store', '=', store)
      .limit(limit)
      .execute();
    return rows.map(({ name }) => name);
  }
}
