import { Injectable } from '@nestjs/common';
import type { RepositoryName } from '@berth/sdk';
import { sql } from 'kysely';
import { Database } from './database.js';

/** How many bytes repositories hold. */
@Injectable()
export class HeldBytes {
  readonly #below;

  constructor(database: Database) {
    this.#below = database.prepare<{ prefix: string; first: string; end: string }, { bytes: number }>(
      (reader, { prefix, first, end }) =>
        reader
          .selectFrom('repositories as r')
          .innerJoin('memberships as m', 'm.repository_id', 'r.id')
          .innerJoin('blobs as b', (join) => join.onRef('b.digest', '=', 'm.digest').onRef('b.store', '=', 'm.store'))
          .where((e) =>
            e.or([
              e('r.name', '=', prefix as RepositoryName),
              e.and([e('r.name', '>=', first as RepositoryName), e('r.name', '<', end as RepositoryName)]),
            ]),
          )
          .where('b.state', '=', 'present')
          .select(sql<number>`coalesce(sum(b.size), 0)`.as('bytes')),
    );
  }

  /** Bytes of the blobs that `prefix` and the repositories below it hold, each counted for each that holds it. */
  async below(prefix: RepositoryName): Promise<number> {
    // The names below it: `0` is what follows the slash.
    const row = await this.#below.first({ prefix, first: `${prefix}/`, end: `${prefix}0` });
    return row?.bytes ?? 0;
  }
}
