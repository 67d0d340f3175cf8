import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { COLUMN_TYPES, type DialectName } from './column-types.js';

/** Every table of the first release. Times are milliseconds since the epoch, sizes bytes. */
export function factsMigration(dialect: DialectName): Migration {
  return {
    up: async (database: Kysely<unknown>) => {
      const { serial, bytes, text } = COLUMN_TYPES[dialect];
      const { schema } = database;
      const key = (column: import('kysely').ColumnDefinitionBuilder): import('kysely').ColumnDefinitionBuilder =>
        dialect === 'sqlite' ? column.primaryKey().autoIncrement() : column.primaryKey();

      await schema
        .createTable('repositories')
        .addColumn('id', serial, key)
        .addColumn('name', text, (c) => c.notNull().unique())
        .addColumn('store', text, (c) => c.notNull())
        .addColumn('upstream', text)
        .addColumn('created_at', 'bigint', (c) => c.notNull())
        .execute();

      await schema
        .createTable('blobs')
        .addColumn('store', text, (c) => c.notNull())
        .addColumn('digest', text, (c) => c.notNull())
        .addColumn('size', 'bigint', (c) => c.notNull())
        .addColumn('location', text, (c) => c.notNull().unique())
        .addColumn('state', text, (c) => c.notNull().defaultTo('present'))
        .addColumn('created_at', 'bigint', (c) => c.notNull())
        .addColumn('last_seen', 'bigint', (c) => c.notNull())
        .addPrimaryKeyConstraint('blobs_key', ['store', 'digest'])
        .execute();

      await schema
        .createTable('memberships')
        .addColumn('repository_id', 'bigint', (c) => c.notNull().references('repositories.id'))
        .addColumn('store', text, (c) => c.notNull())
        .addColumn('digest', text, (c) => c.notNull())
        .addColumn('upstream', text)
        .addColumn('created_at', 'bigint', (c) => c.notNull())
        .addColumn('last_seen', 'bigint', (c) => c.notNull())
        .addPrimaryKeyConstraint('memberships_key', ['repository_id', 'digest'])
        .execute();
      await schema.createIndex('memberships_by_blob').on('memberships').columns(['digest', 'store']).execute();

      await schema
        .createTable('manifests')
        .addColumn('id', serial, key)
        .addColumn('repository_id', 'bigint', (c) => c.notNull().references('repositories.id'))
        .addColumn('digest', text, (c) => c.notNull())
        .addColumn('media_type', text, (c) => c.notNull())
        .addColumn('artifact_type', text)
        .addColumn('subject', text)
        .addColumn('annotations', text)
        .addColumn('size', 'bigint', (c) => c.notNull())
        .addColumn('origin', text, (c) => c.notNull())
        .addColumn('state', text, (c) => c.notNull().defaultTo('present'))
        .addColumn('upstream', text)
        .addColumn('pushed_at', 'bigint', (c) => c.notNull())
        .addColumn('pushed_by', text)
        .addColumn('last_seen', 'bigint', (c) => c.notNull())
        .addUniqueConstraint('manifests_by_digest', ['repository_id', 'digest'])
        .execute();
      await schema
        .createIndex('manifests_by_subject')
        .on('manifests')
        .columns(['repository_id', 'subject', 'digest'])
        .execute();

      await schema
        .createTable('manifest_contents')
        .addColumn('manifest_id', 'bigint', (c) => c.primaryKey().references('manifests.id').onDelete('cascade'))
        .addColumn('bytes', bytes, (c) => c.notNull())
        .execute();

      await schema
        .createTable('manifest_references')
        .addColumn('manifest_id', 'bigint', (c) => c.notNull().references('manifests.id').onDelete('cascade'))
        .addColumn('repository_id', 'bigint', (c) => c.notNull())
        .addColumn('digest', text, (c) => c.notNull())
        .addColumn('kind', text, (c) => c.notNull())
        .addColumn('state', text, (c) => c.notNull())
        .addColumn('size', 'bigint', (c) => c.notNull())
        .addPrimaryKeyConstraint('manifest_references_key', ['manifest_id', 'digest', 'kind'])
        .execute();
      await schema
        .createIndex('manifest_references_by_digest')
        .on('manifest_references')
        .columns(['repository_id', 'digest', 'kind'])
        .execute();

      await schema
        .createTable('tags')
        .addColumn('repository_id', 'bigint', (c) => c.notNull().references('repositories.id'))
        .addColumn('name', text, (c) => c.notNull())
        .addColumn('manifest_id', 'bigint', (c) => c.notNull().references('manifests.id'))
        .addColumn('moved_at', 'bigint', (c) => c.notNull())
        .addColumn('moved_by', text)
        .addPrimaryKeyConstraint('tags_key', ['repository_id', 'name'])
        .execute();
      await schema.createIndex('tags_by_manifest').on('tags').column('manifest_id').execute();

      await schema
        .createTable('uploads')
        .addColumn('id', text, (c) => c.primaryKey())
        .addColumn('repository', text, (c) => c.notNull())
        .addColumn('store', text, (c) => c.notNull())
        .addColumn('algorithm', text, (c) => c.notNull())
        .addColumn('started_at', 'bigint', (c) => c.notNull())
        .addColumn('last_seen', 'bigint', (c) => c.notNull())
        .addColumn('actor', text)
        .execute();

      await schema
        .createTable('leases')
        .addColumn('name', text, (c) => c.primaryKey())
        .addColumn('holder', text, (c) => c.notNull())
        .addColumn('expires_at', 'bigint', (c) => c.notNull())
        .addColumn('fence', 'bigint', (c) => c.notNull())
        .execute();

      await schema
        .createTable('pull_statistics')
        .addColumn('repository_id', 'bigint', (c) => c.notNull().references('repositories.id'))
        .addColumn('digest', text, (c) => c.notNull())
        .addColumn('pulls', 'bigint', (c) => c.notNull())
        .addColumn('last_pulled', 'bigint', (c) => c.notNull())
        .addPrimaryKeyConstraint('pull_statistics_key', ['repository_id', 'digest'])
        .execute();

      await schema
        .createTable('changes')
        .addColumn('sequence', serial, key)
        .addColumn('at', 'bigint', (c) => c.notNull())
        .addColumn('kind', text, (c) => c.notNull())
        .addColumn('repository', text, (c) => c.notNull())
        .addColumn('reference', text)
        .addColumn('digest', text)
        .addColumn('actor', text)
        .execute();
    },
  };
}
