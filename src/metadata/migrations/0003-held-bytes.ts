import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** How many bytes a repository holds, kept with its memberships: a sum of them for each upload would block for tens of milliseconds. */
export function heldBytesMigration(): Migration {
  return {
    up: async (database: Kysely<unknown>) => {
      await database.schema
        .alterTable('repositories')
        .addColumn('held_bytes', 'bigint', (c) => c.notNull().defaultTo(0))
        .execute();
      await sql`
        update repositories set held_bytes = (
          select coalesce(sum(b.size), 0) from memberships m join blobs b on b.store = m.store and b.digest = m.digest
          where m.repository_id = repositories.id
        )`.execute(database);
    },
  };
}
