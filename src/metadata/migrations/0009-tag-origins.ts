import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { COLUMN_TYPES, type DialectName } from './column-types.js';

/** Who moved a tag: a push, or its upstream. A manifest does not say, since both may point at the same one. */
export function tagOriginsMigration(dialect: DialectName): Migration {
  return {
    up: async (database: Kysely<unknown>) => {
      await database.schema
        .alterTable('tags')
        .addColumn('origin', COLUMN_TYPES[dialect].text, (c) => c.notNull().defaultTo('pushed'))
        .execute();
      await sql`
        update tags set origin = (select m.origin from manifests m where m.id = tags.manifest_id)
        where exists (select 1 from manifests m where m.id = tags.manifest_id and m.origin <> 'pushed')`.execute(
        database,
      );
    },
  };
}
