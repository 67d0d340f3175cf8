import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { COLUMN_TYPES, type DialectName } from './column-types.js';

/** The keys that users have made for their robots; of each only a hash. Times are milliseconds since the epoch. */
export function apiKeysMigration(dialect: DialectName): Migration {
  return {
    up: async (database: Kysely<unknown>) => {
      const { text } = COLUMN_TYPES[dialect];
      await database.schema
        .createTable('api_keys')
        .addColumn('id', text, (c) => c.primaryKey())
        .addColumn('hash', text, (c) => c.notNull().unique())
        .addColumn('owner', text, (c) => c.notNull())
        .addColumn('owner_method', text, (c) => c.notNull())
        .addColumn('owner_groups', text, (c) => c.notNull())
        .addColumn('label', text, (c) => c.notNull())
        .addColumn('scopes', text, (c) => c.notNull())
        .addColumn('creator_agent', text, (c) => c.notNull())
        .addColumn('created_at', 'bigint', (c) => c.notNull())
        .addColumn('expires_at', 'bigint')
        .addColumn('last_used', 'bigint')
        .execute();
      await database.schema.createIndex('api_keys_owner').on('api_keys').column('owner').execute();
    },
  };
}
