import type { Foundations } from './app.module.js';
import type { RegistryConfig } from './config/registry.config.js';
import { AuditLog } from './logging/audit-log.js';
import { openLogOutput } from './logging/log-output.js';
import { RegistryLogger } from './logging/registry-logger.js';
import { SystemClock } from './system-clock.js';

/** What a configuration asks for, not opened yet. Drivers are imported only where they are used. */
export async function foundationsOf(config: RegistryConfig): Promise<Foundations> {
  const { rootDirectory, commit } = config.storage;
  const { SqliteDatabase } = await import('./metadata/dialects/sqlite/sqlite.database.js');
  const { FilesystemBlobStorage } = await import('./storage/filesystem/filesystem-blob-storage.js');
  const { level, output, audit } = config.log;
  return {
    config,
    database: new SqliteDatabase({ folder: rootDirectory, durable: commit }),
    storage: new FilesystemBlobStorage({ root: rootDirectory, durable: commit }),
    clock: new SystemClock(),
    logger: new RegistryLogger(await openLogOutput(output), level),
    audit: new AuditLog(audit === undefined ? undefined : await openLogOutput(audit)),
  };
}
