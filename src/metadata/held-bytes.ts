import { Injectable } from '@nestjs/common';
import type { Digest, RepositoryName } from '@berth/sdk';
import { sql } from 'kysely';
import { Database } from './database.js';
import type { Facts } from './schema.js';

/** How many bytes repositories hold: a number in the row of each, which changes with its memberships. */
@Injectable()
export class HeldBytes {
  readonly #below;

  constructor(database: Database) {
    this.#below = database.prepare<{ prefix: string; first: string; end: string }, { bytes: number }>(
      (reader, { prefix, first, end }) =>
        reader
          .selectFrom('repositories')
          .where((e) =>
            e.or([
              e('name', '=', prefix as RepositoryName),
              e.and([e('name', '>=', first as RepositoryName), e('name', '<', end as RepositoryName)]),
            ]),
          )
          .select(sql<number>`coalesce(sum(held_bytes), 0)`.as('bytes')),
    );
  }

  /** Bytes of the blobs that `prefix` and the repositories below it hold, each counted for each that holds it. */
  async below(prefix: RepositoryName): Promise<number> {
    // The names below it: `0` is what follows the slash.
    const row = await this.#below.first({ prefix, first: `${prefix}/`, end: `${prefix}0` });
    return row?.bytes ?? 0;
  }
}

export interface CountedBlob {
  readonly repositoryId: number;
  readonly store: string;
  readonly digest: Digest;
}

/** Counts a blob that a repository holds from now on, or no more. In the transaction of its membership, while the blob has its row. */
export async function countHeldBlob(facts: Facts, blob: CountedBlob, change: '+' | '-'): Promise<void> {
  const { repositoryId, store, digest } = blob;
  const { size } = await facts
    .selectFrom('blobs')
    .select('size')
    .where('store', '=', store)
    .where('digest', '=', digest)
    .executeTakeFirstOrThrow();
  await facts
    .updateTable('repositories')
    .set((e) => ({ held_bytes: e('held_bytes', change, size) }))
    .where('id', '=', repositoryId)
    .execute();
}
