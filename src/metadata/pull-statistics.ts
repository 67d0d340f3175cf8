import { Injectable } from '@nestjs/common';
import type { Digest } from '@berth/sdk';
import { sql } from 'kysely';
import { Database } from './database.js';
import type { Facts } from './schema.js';

export interface PullCount {
  readonly repositoryId: number;
  readonly digest: Digest;
  readonly pulls: number;
  readonly lastPulled: number;
}

/** How often and when each manifest was last pulled. */
@Injectable()
export class PullStatistics {
  constructor(private readonly database: Database) {}

  /** Adds a batch. Losing one in a crash is harmless, so nobody waits for the disk. */
  async add(counts: readonly PullCount[]): Promise<void> {
    await this.database.transaction(
      async (facts) => {
        for (const { repositoryId, digest, pulls, lastPulled } of counts) {
          await facts
            .insertInto('pull_statistics')
            .columns(['repository_id', 'digest', 'pulls', 'last_pulled'])
            // The repository may have gone since; its statistics go with it.
            .expression(({ selectFrom }) =>
              selectFrom('repositories')
                .select((e) => [
                  'id',
                  e.val(digest).as('digest'),
                  e.val(pulls).as('pulls'),
                  e.val(lastPulled).as('last_pulled'),
                ])
                .where('id', '=', repositoryId),
            )
            .onConflict((conflict) =>
              conflict.columns(['repository_id', 'digest']).doUpdateSet({
                pulls: sql`pull_statistics.pulls + excluded.pulls`,
                last_pulled: sql`excluded.last_pulled`,
              }),
            )
            .execute();
          await markPulled(facts, { repositoryId, digest, lastPulled });
        }
      },
      { durable: false },
    );
  }
}

/** What came from an upstream is evicted in the order in which it was last pulled. */
async function markPulled(
  facts: Facts,
  { repositoryId, digest, lastPulled }: Pick<PullCount, 'repositoryId' | 'digest' | 'lastPulled'>,
): Promise<void> {
  await facts
    .updateTable('manifests')
    .set({ last_seen: lastPulled })
    .where('repository_id', '=', repositoryId)
    .where('digest', '=', digest)
    .where('upstream', 'is not', null)
    .where('last_seen', '<', lastPulled)
    .execute();
}
