import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { COLUMN_TYPES, type DialectName } from './column-types.js';

/** Which blob an upload fetches from an upstream, so that a fetch that broke off is found again. */
export function unfinishedFillsMigration(dialect: DialectName): Migration {
  return {
    up: async ({ schema }: Kysely<unknown>) => {
      await schema.alterTable('uploads').addColumn('digest', COLUMN_TYPES[dialect].text).execute();
      await schema.createIndex('uploads_by_digest').on('uploads').columns(['digest', 'repository']).execute();
    },
  };
}
