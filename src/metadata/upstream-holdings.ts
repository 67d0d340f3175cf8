import { Injectable } from '@nestjs/common';
import type { Digest } from '@berth/sdk';
import { sql } from 'kysely';
import { Database } from './database.js';
import type { Facts } from './schema.js';

export interface CountedBlob {
  readonly upstream: string;
  readonly store: string;
  readonly digest: Digest;
}

export interface CountedManifest {
  readonly upstream: string;
  readonly repositoryId: number;
  /** Bytes. */
  readonly size: number;
}

export interface HeldWhere {
  readonly upstreams: readonly string[];
  /** Absent: every store. */
  readonly store?: string;
}

type Change = '+' | '-';

/** SQLite takes 32,766 values a statement. */
const DIGESTS_PER_QUERY = 500;

/**
 * How many bytes are kept of each upstream: a number for each of its stores, which changes with its memberships and manifests. A blob
 * counts once in a store, whichever repositories hold it; a manifest in each, for there it lies.
 */
@Injectable()
export class UpstreamHoldings {
  readonly #of;
  readonly #listeners = new Set<(upstreams: ReadonlySet<string>) => void>();
  #changed = new Set<string>();

  constructor(private readonly database: Database) {
    database.onCommit(() => {
      this.#tell();
    });
    this.#of = database.prepare<{ upstream: string }, { bytes: number }>((reader, { upstream }) =>
      reader
        .selectFrom('upstream_holdings')
        .where('upstream', '=', upstream)
        .select(sql<number>`coalesce(sum(held_bytes), 0)`.as('bytes')),
    );
  }

  /** Bytes kept of it, in all stores. */
  async of(upstream: string): Promise<number> {
    return (await this.#of.first({ upstream }))?.bytes ?? 0;
  }

  async ofIn(facts: Facts, upstream: string): Promise<number> {
    const row = await facts
      .selectFrom('upstream_holdings')
      .where('upstream', '=', upstream)
      .select(sql<number>`coalesce(sum(held_bytes), 0)`.as('bytes'))
      .executeTakeFirst();
    return row?.bytes ?? 0;
  }

  /** Of every upstream that something is kept of. */
  async all(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.database.reader
      .selectFrom('upstream_holdings')
      .groupBy('upstream')
      .select(['upstream', sql<number>`sum(held_bytes)`.as('bytes')])
      .execute();
    return new Map(rows.filter(({ bytes }) => bytes > 0).map(({ upstream, bytes }) => [upstream, bytes]));
  }

  /** The same of one store alone. */
  async inStore(store: string): Promise<ReadonlyMap<string, number>> {
    const rows = await this.database.reader
      .selectFrom('upstream_holdings')
      .select(['upstream', 'held_bytes as bytes'])
      .where('store', '=', store)
      .where('held_bytes', '>', 0)
      .execute();
    return new Map(rows.map(({ upstream, bytes }) => [upstream, bytes]));
  }

  /** Whether the upstream's blob is kept in the store already. */
  async holds({ upstream, store, digest }: CountedBlob): Promise<boolean> {
    return hasMembership(this.database.reader, { upstream, store, digest });
  }

  /** Bytes of those of `digests` that are kept of some upstreams, in one store or in all. */
  async sizeOf(digests: readonly Digest[], { upstreams, store }: HeldWhere): Promise<number> {
    let sum = 0;
    for (let start = 0; start < digests.length; start += DIGESTS_PER_QUERY) {
      let query = this.database.reader
        .selectFrom('memberships as m')
        .innerJoin('blobs as b', (join) => join.onRef('b.digest', '=', 'm.digest').onRef('b.store', '=', 'm.store'))
        .where('m.digest', 'in', digests.slice(start, start + DIGESTS_PER_QUERY))
        .where('m.upstream', 'in', upstreams)
        .select(['m.store', 'm.upstream', 'm.digest', 'b.size'])
        .distinct();
      if (store !== undefined) query = query.where('m.store', '=', store);
      for (const { size } of await query.execute()) sum += size;
    }
    return sum;
  }

  /** In the transaction of its membership, while the blob has its row: `+` before there is one more, `-` once there is one less. */
  async countBlob(facts: Facts, blob: CountedBlob, change: Change): Promise<void> {
    if (await hasMembership(facts, blob)) return;
    const { upstream, store, digest } = blob;
    const { size } = await facts
      .selectFrom('blobs')
      .select('size')
      .where('store', '=', store)
      .where('digest', '=', digest)
      .executeTakeFirstOrThrow();
    await this.#add(facts, { upstream, store, size }, change);
  }

  /** In the transaction that adds or removes it, while its repository is there. */
  async countManifest(facts: Facts, { upstream, repositoryId, size }: CountedManifest, change: Change): Promise<void> {
    const { store } = await facts
      .selectFrom('repositories')
      .select('store')
      .where('id', '=', repositoryId)
      .executeTakeFirstOrThrow();
    await this.#add(facts, { upstream, store, size }, change);
  }

  /** Calls `listener`, which must not throw, with the upstreams that a commit of this process may have changed. */
  onChanged(listener: (upstreams: ReadonlySet<string>) => void): void {
    this.#listeners.add(listener);
  }

  async #add(
    facts: Facts,
    { upstream, store, size }: { readonly upstream: string; readonly store: string; readonly size: number },
    change: Change,
  ): Promise<void> {
    this.#changed.add(upstream);
    await facts
      .insertInto('upstream_holdings')
      .values({ upstream, store, held_bytes: change === '+' ? size : -size })
      .onConflict((conflict) =>
        conflict
          .columns(['upstream', 'store'])
          .doUpdateSet({ held_bytes: sql`upstream_holdings.held_bytes + excluded.held_bytes` }),
      )
      .execute();
  }

  #tell(): void {
    if (this.#changed.size === 0) return;
    const changed = this.#changed;
    this.#changed = new Set();
    for (const listener of this.#listeners) listener(changed);
  }
}

async function hasMembership(facts: Facts, { upstream, store, digest }: CountedBlob): Promise<boolean> {
  const row = await facts
    .selectFrom('memberships')
    .select('repository_id')
    .where('digest', '=', digest)
    .where('store', '=', store)
    .where('upstream', '=', upstream)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
