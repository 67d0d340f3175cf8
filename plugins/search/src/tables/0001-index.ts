import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { createSearchIndex, SEARCH_INDEX_NAMES } from './search-indexes.js';

/** The tables in SQLite. Another dialect has other keys that count up, and another full text. */
export const index: Migration = {
  up: async (tables) => {
    await createState(tables);
    await createManifests(tables);
    await createPartsOfManifests(tables);
    await createDescriptions(tables);
    await createImages(tables);
    await createFullText(tables);
    for (const name of SEARCH_INDEX_NAMES) await createSearchIndex(tables, name);
  },
};

async function createState({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('state')
    .addColumn('name', 'varchar(50)', (c) => c.primaryKey())
    .addColumn('value', 'text', (c) => c.notNull())
    .execute();
  await schema
    .createTable('repositories')
    .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
    .addColumn('name', 'varchar(255)', (c) => c.notNull().unique())
    .addColumn('upstream', 'text')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('size', 'bigint', (c) => c.notNull())
    .addColumn('pulls', 'bigint', (c) => c.notNull())
    .addColumn('updated_at', 'bigint')
    .addColumn('generation', 'integer', (c) => c.notNull())
    .execute();
}

async function createManifests({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('manifests')
    .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
    .addColumn('repository_id', 'integer', (c) => c.notNull())
    .addColumn('digest', 'varchar(140)', (c) => c.notNull())
    .addColumn('kind', 'varchar(10)', (c) => c.notNull())
    .addColumn('media_type', 'text', (c) => c.notNull())
    .addColumn('artifact_type', 'text')
    .addColumn('subject', 'varchar(140)')
    .addColumn('config_digest', 'varchar(140)')
    .addColumn('is_config_read', 'integer', (c) => c.notNull())
    .addColumn('size', 'bigint', (c) => c.notNull())
    .addColumn('total_size', 'bigint', (c) => c.notNull())
    .addColumn('layer_count', 'integer', (c) => c.notNull())
    .addColumn('chain', 'varchar(30)')
    .addColumn('os', 'text')
    .addColumn('architecture', 'text')
    .addColumn('variant', 'text')
    .addColumn('built_at', 'bigint')
    .addColumn('origin', 'varchar(10)', (c) => c.notNull())
    .addColumn('pushed_at', 'bigint', (c) => c.notNull())
    .addColumn('pushed_by', 'text')
    .addColumn('signatures', 'integer', (c) => c.notNull())
    .addColumn('sboms', 'integer', (c) => c.notNull())
    .addColumn('referrers', 'integer', (c) => c.notNull())
    .addColumn('pulls', 'bigint', (c) => c.notNull())
    .addColumn('pulled_at', 'bigint')
    .addColumn('generation', 'integer', (c) => c.notNull())
    .addUniqueConstraint('manifests_key', ['repository_id', 'digest'])
    .execute();
  await createIndexes(schema, 'manifests', { subject: ['subject', 'repository_id'] });
}

async function createPartsOfManifests({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('documents')
    .addColumn('manifest_id', 'integer', (c) => c.primaryKey())
    .addColumn('annotations', 'text', (c) => c.notNull())
    .addColumn('labels', 'text', (c) => c.notNull())
    .addColumn('history', 'text', (c) => c.notNull())
    .addColumn('author', 'text')
    .addColumn('config_media_type', 'text')
    .addColumn('config_size', 'bigint', (c) => c.notNull())
    .execute();
  await schema
    .createTable('layers')
    .addColumn('manifest_id', 'integer', (c) => c.notNull())
    .addColumn('position', 'integer', (c) => c.notNull())
    .addColumn('digest', 'varchar(140)', (c) => c.notNull())
    .addColumn('media_type', 'text', (c) => c.notNull())
    .addColumn('size', 'bigint', (c) => c.notNull())
    .addColumn('chain', 'varchar(30)', (c) => c.notNull())
    .execute();
  await schema
    .createTable('children')
    .addColumn('manifest_id', 'integer', (c) => c.notNull())
    .addColumn('repository_id', 'integer', (c) => c.notNull())
    .addColumn('position', 'integer', (c) => c.notNull())
    .addColumn('digest', 'varchar(140)', (c) => c.notNull())
    .addColumn('media_type', 'text', (c) => c.notNull())
    .addColumn('artifact_type', 'text')
    .addColumn('size', 'bigint', (c) => c.notNull())
    .addColumn('os', 'text')
    .addColumn('architecture', 'text')
    .addColumn('variant', 'text')
    .execute();
  await createIndexes(schema, 'layers', {
    manifest: ['manifest_id', 'position'],
  });
  await createIndexes(schema, 'children', {
    manifest: ['manifest_id', 'position'],
    digest: ['digest', 'repository_id', 'manifest_id'],
  });
}

async function createDescriptions({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('platforms')
    .addColumn('manifest_id', 'integer', (c) => c.notNull())
    .addColumn('os', 'text', (c) => c.notNull())
    .addColumn('architecture', 'text', (c) => c.notNull())
    .addColumn('variant', 'text', (c) => c.notNull())
    .execute();
  await schema
    .createTable('pairs')
    .addColumn('manifest_id', 'integer', (c) => c.notNull())
    .addColumn('kind', 'varchar(10)', (c) => c.notNull())
    .addColumn('key', 'text', (c) => c.notNull())
    .addColumn('value', 'text', (c) => c.notNull())
    .execute();
  await createIndexes(schema, 'platforms', { manifest: ['manifest_id'] });
  await createIndexes(schema, 'pairs', { manifest: ['manifest_id'] });
}

async function createImages({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('images')
    .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
    .addColumn('repository_id', 'integer', (c) => c.notNull())
    .addColumn('manifest_id', 'integer', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('tag', 'varchar(128)')
    .addColumn('version', 'text')
    .addColumn('pushed_at', 'bigint', (c) => c.notNull())
    .addColumn('pushed_by', 'text')
    .addColumn('size', 'bigint', (c) => c.notNull())
    .addColumn('pulls', 'bigint', (c) => c.notNull())
    .addColumn('is_aside', 'integer', (c) => c.notNull())
    .addColumn('generation', 'integer', (c) => c.notNull())
    .addUniqueConstraint('images_name', ['name'])
    .execute();
  await createIndexes(schema, 'images', {
    repository: ['repository_id', 'is_aside', 'pushed_at'],
    manifest: ['manifest_id', 'tag'],
  });
}

async function createIndexes(
  schema: Kysely<unknown>['schema'],
  table: string,
  indexes: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  for (const [name, columns] of Object.entries(indexes))
    await schema
      .createIndex(`${table}_by_${name}`)
      .on(table)
      .columns([...columns])
      .execute();
}

/** FTS5. The texts themselves are not kept, only where which word stands: rows hold them already. https://sqlite.org/fts5.html */
async function createFullText(tables: Kysely<unknown>): Promise<void> {
  for (const name of ['manifest_text', 'image_text']) {
    await sql`create virtual table ${sql.table(name)} using fts5(
      words, content='', contentless_delete=1, detail=full, prefix='2 3', tokenize='unicode61 remove_diacritics 2'
    )`.execute(tables);
  }
}
