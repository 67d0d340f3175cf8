import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { COLUMN_TYPES, type DialectName } from './column-types.js';

/** The last run of each job. Times are milliseconds since the epoch. */
export function jobRunsMigration(dialect: DialectName): Migration {
  return {
    up: async (database: Kysely<unknown>) => {
      const { text } = COLUMN_TYPES[dialect];
      await database.schema
        .createTable('job_runs')
        .addColumn('name', text, (c) => c.primaryKey())
        .addColumn('known_since', 'bigint', (c) => c.notNull())
        .addColumn('started_at', 'bigint')
        .addColumn('ended_at', 'bigint')
        .addColumn('outcome', text)
        .addColumn('error', text)
        .execute();
    },
  };
}
