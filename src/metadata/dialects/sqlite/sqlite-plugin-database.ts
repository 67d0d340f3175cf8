import { setTimeout as delay } from 'node:timers/promises';
import { PluginDatabase, type PluginMigrations } from '@berth/sdk';
import { Kysely, SqliteDialect, type SqliteDatabase, Transaction } from 'kysely';
import { MetadataError } from '../../metadata-error.js';
import { migratePlugin } from '../../migrations/migrate-plugin.js';
import { Checkpoints } from './checkpoints.js';
import { CommitQueue } from './commit-queue.js';
import { TransactionalDialect } from './transactional.dialect.js';
import { connect, connectForReading } from './connect.js';
import { QueryThread } from './query-thread.js';
import { QueryThreadDialect } from './query-thread.dialect.js';
import { isSqliteDamage, putAside } from './sqlite-damage.js';
import { storageErrorOf } from './sqlite-failure.js';
import { syncFolderOf } from './sync-folder.js';
import { WriteAheadLog } from './write-ahead-log.js';

export interface SqlitePluginDatabaseOptions {
  readonly plugin: string;
  readonly migrations: PluginMigrations | undefined;
  readonly durable: boolean;
  /** True: a damaged file is put aside and begun anew. */
  readonly isDerived: boolean;
  /** The path of the file, in a folder that exists. Rejects while nothing may be opened. */
  readonly place: () => Promise<string>;
}

/** How long transactions on a damaged file are waited for, in milliseconds. */
const RENEWAL_TIME = 1000;

interface Opened {
  readonly commits: CommitQueue<Transaction<unknown>>;
  readonly readerConnection: SqliteDatabase;
  readonly longReads: QueryThread;
  readonly longWrites: QueryThread;
  readonly close: (within: number) => Promise<void>;
}

/** The tables of one plugin in a file of their own, opened when they are first used, or by `open`. */
export class SqlitePluginDatabase extends PluginDatabase {
  readonly dialect = 'sqlite';
  #opened: Promise<Opened> | undefined;
  #isClosed = false;
  #lastWrite: Promise<unknown> = Promise.resolve();
  /** One of each for all, since each would make a connection of its own. The types of the tables are erased. */
  #handles = this.#makeHandles();

  constructor(private readonly options: SqlitePluginDatabaseOptions) {
    super();
  }

  get hasMigrations(): boolean {
    return this.options.migrations !== undefined;
  }

  async open(): Promise<void> {
    await this.#open();
  }

  tables<Tables>(): Kysely<Tables> {
    return this.#handles.short as Kysely<Tables>;
  }

  longReads<Tables>(): Kysely<Tables> {
    return this.#handles.long as Kysely<Tables>;
  }

  async transaction<Tables, Result>(work: (tables: Transaction<Tables>) => Promise<Result>): Promise<Result> {
    const { commits } = await this.#open();
    return commits.submit((tables) => work(tables as Transaction<Tables>), this.options.durable);
  }

  longWrite<Tables, Result>(work: (tables: Transaction<Tables>) => Promise<Result>): Promise<Result> {
    // The thread has one connection, on which there is one transaction at a time.
    const run = (): Promise<Result> => (this.#handles.writing as Kysely<Tables>).transaction().execute(work);
    const result = this.#lastWrite.then(run, run).catch((cause: unknown) => {
      throw storageErrorOf(cause, 'write');
    });
    this.#lastWrite = result.catch(() => undefined);
    return result;
  }

  isDamage(error: unknown): boolean {
    return isSqliteDamage(error);
  }

  async renew(): Promise<void> {
    const before = this.#opened;
    // Whoever asks from now on waits for the new file.
    const renewed = this.#closeOpened(before, RENEWAL_TIME).then(async () => {
      await putAside(await this.options.place());
      return this.#openFile();
    });
    this.#opened = this.#retriable(renewed);
    this.#handles = this.#makeHandles();
    await renewed;
  }

  async close(within: number): Promise<void> {
    this.#isClosed = true;
    const opening = this.#opened;
    this.#opened = undefined;
    await this.#closeOpened(opening, within);
  }

  async #closeOpened(opening: Promise<Opened> | undefined, within: number): Promise<void> {
    if (!opening) return;
    const { short, long, writing } = this.#handles;
    // Whoever opened it was told of the failure.
    const [opened] = await Promise.allSettled([opening]);
    await Promise.all([short.destroy(), long.destroy(), writing.destroy()]);
    if (opened.status === 'fulfilled') await opened.value.close(within);
  }

  #makeHandles() {
    return {
      short: new Kysely<unknown>({
        dialect: new SqliteDialect({ database: async () => (await this.#open()).readerConnection }),
      }),
      long: new Kysely<unknown>({ dialect: new QueryThreadDialect(async () => (await this.#open()).longReads) }),
      writing: new Kysely<unknown>({ dialect: new QueryThreadDialect(async () => (await this.#open()).longWrites) }),
    };
  }

  #open(): Promise<Opened> {
    if (this.#isClosed) return Promise.reject(new MetadataError(`The database of ${this.#name} is closed.`));
    return (this.#opened ??= this.#retriable(this.#openOrRenew()));
  }

  /** One that could not be opened, for want of space perhaps, is tried again. */
  #retriable(opening: Promise<Opened>): Promise<Opened> {
    const retriable = opening.catch((cause: unknown) => {
      if (this.#opened === retriable) this.#opened = undefined;
      throw cause;
    });
    return retriable;
  }

  async #openOrRenew(): Promise<Opened> {
    try {
      return await this.#openFile();
    } catch (cause) {
      if (!this.options.isDerived || !isSqliteDamage(cause)) throw cause;
      await putAside(await this.options.place());
      return this.#openFile();
    }
  }

  get #name(): string {
    return `the plugin ${this.options.plugin}`;
  }

  async #openFile(): Promise<Opened> {
    const { plugin, migrations = {}, place } = this.options;
    const path = await place();
    const writer = connect(path);
    const dialect = new TransactionalDialect({ database: writer });
    const tables = new Kysely<unknown>({ dialect });
    try {
      await migratePlugin(tables, plugin, migrations);
      // A new file has its log from the first transaction on, and there may have been no migration.
      writer.exec('BEGIN IMMEDIATE; COMMIT');
      const log = await WriteAheadLog.open(`${path}-wal`);
      if (this.options.durable) await syncFolderOf(path);
      const readerConnection = connectForReading(path);
      const [longReads, longWrites] = [new QueryThread(path, 'reader'), new QueryThread(path, 'writer')];
      const checkpoints = new Checkpoints(writer, () => {});
      const commits = new CommitQueue(writer, transactionOver(tables, dialect), log, {
        beforeBegin: () => checkpoints.beforeBegin(),
        beforeCommit: () => {},
        afterCommit: () => {},
        observer: () => undefined,
      });
      const close = async (within: number): Promise<void> => {
        const expired = new AbortController();
        // A transaction that waits for something else than its statements must not hold the server up.
        await Promise.race([commits.idle(), delay(within, undefined, { signal: expired.signal })]);
        expired.abort();
        await Promise.all([checkpoints.close(), longReads.close(), longWrites.close()]);
        await log.close();
        readerConnection.close();
        writer.close();
      };
      return { commits, readerConnection, longReads, longWrites, close };
    } catch (cause) {
      writer.close();
      throw cause;
    }
  }
}

/** What a plugin gets in a transaction: the queue begins and ends it, so that concurrent ones share a commit. */
function transactionOver(tables: Kysely<unknown>, dialect: SqliteDialect): Transaction<unknown> {
  return new Transaction({
    config: { dialect },
    dialect,
    driver: dialect.createDriver(),
    executor: tables.getExecutor(),
  });
}
