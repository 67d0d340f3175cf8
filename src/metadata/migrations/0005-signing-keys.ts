import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { COLUMN_TYPES, type DialectName } from './column-types.js';

/** The keys that this registry signs with, for all its processes. Times are milliseconds since the epoch. */
export function signingKeysMigration(dialect: DialectName): Migration {
  return {
    up: async (database: Kysely<unknown>) => {
      const { text } = COLUMN_TYPES[dialect];
      await database.schema
        .createTable('signing_keys')
        .addColumn('purpose', text, (c) => c.primaryKey())
        .addColumn('private_key', text, (c) => c.notNull())
        .addColumn('created_at', 'bigint', (c) => c.notNull())
        .execute();
    },
  };
}
