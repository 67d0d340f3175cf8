import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StorageError } from '@berth/sdk';
import { closeData, foundationsOf, openContext } from '../bootstrap.js';
import { loadConfig } from '../config/load-config.js';
import type { RegistryConfig } from '../config/registry.config.js';
import { GarbageCollection } from '../content/garbage-collection/garbage-collection.js';
import type { Foundations } from '../app.module.js';
import { MetadataError } from '../metadata/metadata-error.js';
import { endLeanStart } from '../lean-start.js';
import { BlobStores } from '../storage/blob-stores.js';
import { configuredStores } from '../storage/configured-stores.js';
import { type Console, PROCESS_CONSOLE } from './console.js';
import { EXIT } from './exit-code.js';

/**
 * Collects garbage once and prints what goes. With `dryRun` it works on a copy of the facts and removes nothing, so that it
 * may run beside the server; without, the server must be stopped.
 */
export async function gc(
  configPath: string,
  { dryRun }: { readonly dryRun: boolean },
  console: Console = PROCESS_CONSOLE,
): Promise<number> {
  const { config } = await loadConfig(configPath);
  endLeanStart();
  try {
    if (dryRun) await onCopy(config, (foundations) => collect(foundations, 'would remove', console));
    else await collect(await foundationsOf(config), 'removed', console);
    return EXIT.ok;
  } catch (cause) {
    if (!(cause instanceof MetadataError || cause instanceof StorageError)) throw cause;
    console.err(`berth: ${cause.message}\n`);
    return EXIT.failure;
  }
}

async function collect(foundations: Foundations, verb: string, console: Console): Promise<void> {
  const context = await openContext(foundations);
  try {
    const report = { manifests: 0, blobs: 0, uploads: 0, files: 0, bytes: 0 };
    for (const { name, gcDelay } of configuredStores(foundations.config.storage)) {
      const part = await context.get(GarbageCollection).run({
        delay: gcDelay,
        stores: [name],
        signal: new AbortController().signal,
        gentle: false,
        onRemoved: (line) => {
          console.out(`${verb} ${line}\n`);
        },
      });
      for (const kind of ['manifests', 'blobs', 'uploads', 'files', 'bytes'] as const) report[kind] += part[kind];
    }
    const { manifests, blobs, uploads, files, bytes } = report;
    console.out(
      `${verb} ${String(manifests)} manifests, ${String(blobs)} blobs (${String(bytes)} bytes), ` +
        `${String(uploads)} uploads, ${String(files)} stray files\n`,
    );
  } finally {
    await context.close();
    await closeData(foundations);
  }
}

/** The facts in a folder of their own, the bytes where they are, and a storage that removes nothing. */
async function onCopy(config: RegistryConfig, use: (foundations: Foundations) => Promise<void>): Promise<void> {
  const { SqliteDatabase } = await import('../metadata/dialects/sqlite/sqlite.database.js');
  const { KeepingBlobStorage } = await import('../storage/filesystem/keeping-blob-storage.js');
  const original = new SqliteDatabase({ folder: config.storage.rootDirectory, durable: false });
  const stores = new Map(
    configuredStores(config.storage).map(({ name, root }) => [name, new KeepingBlobStorage({ root, durable: false })]),
  );
  const folder = await mkdtemp(join(tmpdir(), 'berth-gc-'));
  try {
    // In this order: an upload that begins meanwhile must not look like one that nobody knows.
    for (const storage of stores.values()) await storage.rememberUploads();
    await original.open({ readOnly: true });
    try {
      await original.copyTo(folder);
    } finally {
      await original.close();
    }
    await use({
      ...(await foundationsOf({ ...config, log: { level: config.log.level } })),
      database: new SqliteDatabase({ folder, durable: false }),
      stores: new BlobStores(stores),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
