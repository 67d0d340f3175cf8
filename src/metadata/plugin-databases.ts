import type { PluginDatabase, PluginMigrations } from '@berth/sdk';
import type { MetadataError } from './metadata-error.js';

export interface PluginDatabaseOptions {
  /** True: a damaged file is put aside and begun anew; absent: it cannot be opened. */
  readonly isDerived?: boolean;
}

/** Databases apart from the facts, one for each plugin that wants one. */
export abstract class PluginDatabases {
  /**
   * The database of `plugin`, a name of lower-case words joined by dashes. With `migrations` it is opened and migrated by
   * `open`; without, when it is first used. Asking twice gives the same. Throws MetadataError for another name.
   */
  abstract databaseOf(
    plugin: string,
    migrations: PluginMigrations | undefined,
    options?: PluginDatabaseOptions,
  ): PluginDatabase;

  /**
   * Opens and migrates those that have migrations. Needs the facts to be open, whose lock keeps other processes out. Gives,
   * by plugin, what could not be opened and why: a MetadataError that names the migration where one failed.
   */
  abstract open(): Promise<ReadonlyMap<string, MetadataError>>;

  /** Waits at most `within` milliseconds for transactions under way, rolls back the rest, and closes. */
  abstract close(within: number): Promise<void>;
}
