import type { Readable } from 'node:stream';
import type { Compilable, Kysely } from 'kysely';
import type { Parameters, Prepared, TransactionOptions } from '../../src/metadata/database.js';
import { SqliteDatabase } from '../../src/metadata/dialects/sqlite/sqlite.database.js';
import type { Facts, Schema } from '../../src/metadata/schema.js';
import type { AppendOptions, OpenBlob, PlacedUpload } from '../../src/storage/blob-storage.js';
import { MemoryBlobStorage } from '../../src/storage/memory/memory-blob-storage.js';
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

  override async remove(location: string): Promise<void> {
    await turn();
    return super.remove(location);
  }

  override append(upload: string, source: Readable, options: AppendOptions): Promise<void> {
    return offStage(() => super.append(upload, source, options));
  }
}

const TABLES = ['tags', 'manifests', 'memberships', 'blobs', 'uploads', 'pull_statistics', 'repositories'] as const;

/** A registry whose every step waits for its turn. */
export async function openStagedRegistry(folder: string): Promise<OpenServices> {
  const database = new StagedDatabase({ folder, durable: false });
  return openServices({ database, storage: new StagedStorage() }, new StepClock());
}

/** Removes all there is. */
export async function empty({ database, storage }: OpenServices): Promise<void> {
  await database.transaction(async (facts) => {
    for (const table of TABLES) await facts.deleteFrom(table).execute();
  });
  for await (const { location } of storage.locations()) await storage.remove(location);
  for await (const upload of storage.uploads()) await storage.discard(upload);
}
