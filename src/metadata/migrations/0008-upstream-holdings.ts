import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Schema } from '../schema.js';
import { COLUMN_TYPES, type DialectName } from './column-types.js';

/**
 * How many bytes are kept of each upstream, kept with what comes and goes, and what came from one in the order in which it was last
 * pulled, so that finding what may go first never looks at the rest.
 */
export function upstreamHoldingsMigration(dialect: DialectName): Migration {
  return {
    up: async (database: Kysely<Schema>) => {
      const { text } = COLUMN_TYPES[dialect];
      const { schema } = database;
      await schema
        .createTable('upstream_holdings')
        .addColumn('upstream', text, (c) => c.notNull())
        .addColumn('store', text, (c) => c.notNull())
        .addColumn('held_bytes', 'bigint', (c) => c.notNull().defaultTo(0))
        .addPrimaryKeyConstraint('upstream_holdings_key', ['upstream', 'store'])
        .execute();
      await sql`
        insert into upstream_holdings (upstream, store, held_bytes)
        select upstream, store, sum(size) from (
          select distinct m.upstream, m.store, m.digest, b.size
          from memberships m join blobs b on b.store = m.store and b.digest = m.digest where m.upstream is not null
          union all
          select m.upstream, r.store, m.digest, m.size
          from manifests m join repositories r on r.id = m.repository_id where m.upstream is not null
        ) as held group by upstream, store`.execute(database);
      await sql`
        update manifests set last_seen = (
          select p.last_pulled from pull_statistics p
          where p.repository_id = manifests.repository_id and p.digest = manifests.digest
        ) where upstream is not null and exists (
          select 1 from pull_statistics p
          where p.repository_id = manifests.repository_id and p.digest = manifests.digest
          and p.last_pulled > manifests.last_seen
        )`.execute(database);
      await schema
        .createIndex('manifests_by_upstream')
        .on('manifests')
        .columns(['upstream', 'last_seen', 'id'])
        .where('upstream', 'is not', null)
        .execute();
      await schema
        .createIndex('memberships_by_upstream')
        .on('memberships')
        .columns(['upstream', 'last_seen', 'repository_id', 'digest'])
        .where('upstream', 'is not', null)
        .execute();
    },
  };
}
