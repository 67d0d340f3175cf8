import { PassThrough } from 'node:stream';
import type { INestApplicationContext } from '@nestjs/common';
import { openContext } from '../../src/bootstrap.js';
import { RegistryConfig } from '../../src/config/registry.config.js';
import { AuditLog } from '../../src/logging/audit-log.js';
import { NO_PLUGINS, type Plugins } from '../../src/plugin-host/loaded-plugin.js';
import { RegistryLogger } from '../../src/logging/registry-logger.js';
import { SqlitePluginDatabases } from '../../src/metadata/dialects/sqlite/sqlite-plugin-databases.js';
import type { Database } from '../../src/metadata/database.js';
import type { BlobStorage } from '../../src/storage/blob-storage.js';
import { BlobStores } from '../../src/storage/blob-stores.js';
import { SettableClock } from './settable-clock.js';

export interface OpenServices {
  /** Gives any service of the server: `context.get(UploadService)`. */
  readonly context: INestApplicationContext;
  readonly database: Database;
  readonly storage: BlobStorage;
  readonly clock: SettableClock;
  close(): Promise<void>;
}

/** The server's services without HTTP, opened over a database and a storage of the test's own. */
export async function openServices(
  { database, storage }: { readonly database: Database; readonly storage: BlobStorage },
  clock = new SettableClock(),
  plugins: Plugins = NO_PLUGINS,
): Promise<OpenServices> {
  const logger = new RegistryLogger(new PassThrough(), 'silent');
  const audit = new AuditLog(undefined);
  const context = await openContext({
    config: new RegistryConfig(),
    database,
    pluginDatabases: new SqlitePluginDatabases({ folder: 'unused', durable: false }),
    stores: BlobStores.of(storage),
    clock,
    logger,
    audit,
    plugins,
  });
  const close = async (): Promise<void> => {
    await context.close();
    await database.close();
  };
  return { context, database, storage, clock, close };
}
