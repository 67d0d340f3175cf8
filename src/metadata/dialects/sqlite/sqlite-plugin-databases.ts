import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PluginMigrations } from '@berth/sdk';
import { MetadataError } from '../../metadata-error.js';
import { PluginDatabases, type PluginDatabaseOptions } from '../../plugin-databases.js';
import { SqlitePluginDatabase } from './sqlite-plugin-database.js';

export interface SqlitePluginOptions {
  /** The folder that has a folder for each plugin. */
  readonly folder: string;
  /** False: no change waits for the disk (zot's `storage.commit`). */
  readonly durable: boolean;
}

const FILE_NAME = 'plugin.db';
const PLUGIN_NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** One SQLite file for each plugin: `<folder>/<plugin>/plugin.db`. */
export class SqlitePluginDatabases extends PluginDatabases {
  readonly #databases = new Map<string, SqlitePluginDatabase>();
  #isOpen = false;

  constructor(private readonly options: SqlitePluginOptions) {
    super();
  }

  databaseOf(
    plugin: string,
    migrations: PluginMigrations | undefined,
    { isDerived = false }: PluginDatabaseOptions = {},
  ): SqlitePluginDatabase {
    if (!PLUGIN_NAME.test(plugin)) throw new MetadataError(`"${plugin}" is no name of a plugin.`);
    let database = this.#databases.get(plugin);
    if (!database) {
      const { durable } = this.options;
      database = new SqlitePluginDatabase({
        plugin,
        migrations,
        durable,
        isDerived,
        place: () => this.#placeFor(plugin),
      });
      this.#databases.set(plugin, database);
    }
    return database;
  }

  async open(): Promise<ReadonlyMap<string, MetadataError>> {
    this.#isOpen = true;
    const failures = new Map<string, MetadataError>();
    for (const [plugin, database] of this.#databases) {
      if (!database.hasMigrations) continue;
      try {
        await database.open();
      } catch (cause) {
        if (!(cause instanceof MetadataError)) throw cause;
        failures.set(plugin, cause);
      }
    }
    return failures;
  }

  async close(within: number): Promise<void> {
    this.#isOpen = false;
    await Promise.all([...this.#databases.values()].map((database) => database.close(within)));
  }

  /** Where the file of the plugin goes, once the lock of the root folder is held. */
  async #placeFor(plugin: string): Promise<string> {
    if (!this.#isOpen) throw new MetadataError(`The database of the plugin ${plugin} is not open.`);
    const folder = join(this.options.folder, plugin);
    await mkdir(folder, { recursive: true });
    return join(folder, FILE_NAME);
  }
}
