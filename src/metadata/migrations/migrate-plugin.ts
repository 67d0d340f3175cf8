import type { PluginMigrations } from '@berth/sdk';
import type { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { MetadataError } from '../metadata-error.js';

/** Brings the tables of a plugin up to its newest migration. Throws MetadataError naming the plugin and what failed. */
export async function migratePlugin(
  tables: Kysely<unknown>,
  plugin: string,
  migrations: PluginMigrations,
): Promise<void> {
  // Without any, Kysely would still make the tables it counts them in.
  if (Object.keys(migrations).length === 0) return;
  const migrator = new Migrator({ db: tables, provider: { getMigrations: () => Promise.resolve({ ...migrations }) } });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const failed = results?.find(({ status }) => status === 'Error')?.migrationName;
  const reason = error instanceof Error ? error.message : 'it threw no error';
  throw new MetadataError(
    failed === undefined
      ? `The tables of the plugin ${plugin} were made by other migrations than it has: ${reason}.`
      : `The migration ${failed} of the plugin ${plugin} failed; its tables are as they were before: ${reason}.`,
    { cause: error },
  );
}
