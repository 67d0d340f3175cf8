import { Readable } from 'node:stream';
import type { Compilable, Kysely } from 'kysely';
import type { Parameters, Prepared, TransactionOptions } from '../../src/metadata/database.js';
import { SqliteDatabase } from '../../src/metadata/dialects/sqlite/sqlite.database.js';
import type { Facts, Schema } from '../../src/metadata/schema.js';
import type { AppendOptions, OpenBlob, PlacedUpload } from '../../src/storage/blob-storage.js';
import { MemoryBlobStorage } from '../../src/storage/memory/memory-blob-storage.js';
import { uploadOf } from '../../src/storage/storage-layout.js';
import { readAll } from './content-client.js';
import { type OpenServices, openServices } from './open-services.js';
import { SettableClock } from './settable-clock.js';
import { offStage, turn } from './stage.js';

/** Each step a millisecond after the one before. */
class StepClock extends SettableClock {
  override now(): number {
    this.advance(1);
    return super.now();
  }
}

/** Waits for its turn before each transaction and each prepared look-up. */
class StagedDatabase extends SqliteDatabase {
  override prepare<Input extends Parameters, Row>(
    build: (reader: Kysely<Schema>, input: Input) => Compilable<Row>,
  ): Prepared<Input, Row> {
    const prepared = super.prepare(build);
    return {
      first: async (input) => {
        await turn();
        return prepared.first(input);
      },
      all: async (input) => {
        await turn();
        return prepared.all(input);
      },
    };
  }

  override async transaction<Result>(
    work: (facts: Facts) => Promise<Result>,
    options?: TransactionOptions,
  ): Promise<Result> {
    await turn();
    return super.transaction(work, options);
  }
}

/** Waits for its turn before bytes appear under a location, are opened, measured or removed. */
class StagedStorage extends MemoryBlobStorage {
  override async place(upload: PlacedUpload): Promise<string> {
    await turn();
    return super.place(upload);
  }

  override async open(location: string): Promise<OpenBlob | undefined> {
    await turn();
    return super.open(location);
  }

  override async size(location: string): Promise<number | undefined> {
    await turn();
    return super.size(location);
  }

  override async setAside(location: string): Promise<string | undefined> {
    await turn();
    return super.setAside(location);
  }

  override async remove(location: string): Promise<void> {
    await turn();
    return super.remove(location);
  }

  override append(upload: string, source: Readable, options: AppendOptions): Promise<void> {
    return offStage(() => super.append(upload, source, options));
  }
}

/** In the order in which rows may be inserted: what is referred to comes first. */
const TABLES = [
  'repositories',
  'blobs',
  'memberships',
  'manifests',
  'manifest_contents',
  'manifest_references',
  'tags',
] as const;

/** A registry whose every step waits for its turn. */
export async function openStagedRegistry(folder: string): Promise<OpenServices> {
  const database = new StagedDatabase({ folder, durable: false });
  return openServices({ database, storage: new StagedStorage() }, new StepClock());
}

/** What a registry holds, so that it can be made the same again and again without pushing it each time. */
export class RegistrySnapshot {
  private constructor(
    private readonly services: OpenServices,
    private readonly rows: ReadonlyMap<(typeof TABLES)[number], readonly Record<string, unknown>[]>,
    private readonly files: readonly { readonly blob: PlacedUpload; readonly bytes: Buffer }[],
  ) {}

  static async take(services: OpenServices): Promise<RegistrySnapshot> {
    const { reader } = services.database;
    const rows = new Map<(typeof TABLES)[number], readonly Record<string, unknown>[]>();
    for (const table of TABLES)
      rows.set(
        table,
        (await reader.selectFrom(table).selectAll().execute()).map((row) => ({ ...row })),
      );
    const files = [];
    for (const { digest, size, location } of await reader.selectFrom('blobs').selectAll().execute()) {
      const open = await services.storage.open(location);
      if (open) files.push({ blob: { upload: uploadOf(location), digest, size }, bytes: await readAll(open, size) });
    }
    return new RegistrySnapshot(services, rows, files);
  }

  async restore(): Promise<void> {
    const { database, storage } = this.services;
    await database.transaction(async (facts) => {
      await facts.deleteFrom('uploads').execute();
      await facts.deleteFrom('pull_statistics').execute();
      for (const table of TABLES.toReversed()) await facts.deleteFrom(table).execute();
      for (const [table, rows] of this.rows) {
        if (rows.length > 0) await facts.insertInto(table).values(rows).execute();
      }
    });
    for await (const { location } of storage.locations()) await storage.remove(location);
    for await (const upload of storage.uploads()) await storage.discard(upload);
    for (const { blob, bytes } of this.files) {
      const { signal } = new AbortController();
      const ignore = (): void => undefined;
      const options = { offset: 0, signal, onBytes: ignore, onWritten: ignore };
      await storage.append(blob.upload, Readable.from([bytes]), options);
      await storage.place(blob);
    }
  }
}
