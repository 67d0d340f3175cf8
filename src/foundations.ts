import { join } from 'node:path';
import type { Foundations } from './app.module.js';
import type { RegistryConfig } from './config/registry.config.js';
import { AuditLog } from './logging/audit-log.js';
import { openLogOutput } from './logging/log-output.js';
import { PLUGINS_FOLDER } from './plugin-host/plugin-data.js';
import { NO_PLUGINS, type Plugins } from './plugin-host/loaded-plugin.js';
import { RegistryLogger } from './logging/registry-logger.js';
import { BlobStores } from './storage/blob-stores.js';
import { configuredStores } from './storage/configured-stores.js';
import { SystemClock } from './system-clock.js';

/** What a configuration asks for, not opened yet. Drivers are imported only where they are used. `logger`: another than it asks for. */
export async function foundationsOf(
  config: RegistryConfig,
  plugins: Plugins = NO_PLUGINS,
  logger?: RegistryLogger,
): Promise<Foundations> {
  const { level, output, audit } = config.log;
  return {
    config,
    plugins,
    ...(await dataOf(config)),
    clock: new SystemClock(),
    logger: logger ?? new RegistryLogger(await openLogOutput(output), level),
    audit: new AuditLog(audit === undefined ? undefined : await openLogOutput(audit)),
  };
}

/** Where facts and bytes are kept, not opened yet. */
export async function dataOf({
  storage,
}: RegistryConfig): Promise<Pick<Foundations, 'database' | 'pluginDatabases' | 'stores'>> {
  const { rootDirectory, commit } = storage;
  const { SqliteDatabase } = await import('./metadata/dialects/sqlite/sqlite.database.js');
  const { SqlitePluginDatabases } = await import('./metadata/dialects/sqlite/sqlite-plugin-databases.js');
  const configured = configuredStores(storage);
  const { FilesystemBlobStorage } = await import('./storage/filesystem/filesystem-blob-storage.js');
  return {
    database: new SqliteDatabase({
      folder: rootDirectory,
      durable: commit,
      lockedWith: configured.map(({ root }) => root).filter((root) => root !== rootDirectory),
    }),
    pluginDatabases: new SqlitePluginDatabases({ folder: join(rootDirectory, PLUGINS_FOLDER), durable: commit }),
    stores: new BlobStores(
      new Map(configured.map(({ name, root, durable }) => [name, new FilesystemBlobStorage({ root, durable })])),
    ),
  };
}
