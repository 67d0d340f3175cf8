import { join } from 'node:path';
import type SqliteConnection from 'better-sqlite3';
import { type Compilable, Kysely } from 'kysely';
import { Database, type OpenOptions, type Parameters, type Prepared, type TransactionOptions } from '../../database.js';
import { MetadataError } from '../../metadata-error.js';
import { migrate } from '../../migrations/migrate.js';
import type { Facts, Schema } from '../../schema.js';
import { bindingOf, placeholdersOf } from '../placeholders.js';
import { Checkpoints } from './checkpoints.js';
import { CommitQueue } from './commit-queue.js';
import { connect, connectForReading } from './connect.js';
import { makePrivate } from './private-file.js';
import { ReadSnapshot } from './read-snapshot.js';
import { refuseNetworkFileSystem } from './network-file-system.js';
import { makeFolder, RootLocks } from './root-locks.js';
import { SteadyPlanDialect } from './steady-plan.dialect.js';
import { syncFolderOf } from './sync-folder.js';
import { WriteAheadLog } from './write-ahead-log.js';

export interface SqliteOptions {
  /** The folder the database file lies in. */
  readonly folder: string;
  /** False: no change waits for the disk (zot's `storage.commit`). */
  readonly durable: boolean;
  /** Other folders that no second server may write to: the roots of stores. */
  readonly lockedWith?: readonly string[];
  /** A seam for tests; the file system's own where absent. */
  readonly openLog?: (path: string) => Promise<WriteAheadLog>;
}

interface Opened {
  readonly reader: Kysely<Schema>;
  readonly readerConnection: SqliteConnection.Database;
  readonly snapshot: ReadSnapshot;
  readonly close: () => Promise<void>;
  readonly commits: CommitQueue<Facts> | undefined;
}

const FILE_NAME = 'berth.db';
/** Prepared statements are kept up to this many; a query with a varying number of values makes many. */
const STATEMENTS_KEPT = 400;

/** Facts in one SQLite file. https://sqlite.org/wal.html */
export class SqliteDatabase extends Database {
  readonly #listeners: (() => void)[] = [];
  #opened: Opened | undefined;

  constructor(private readonly options: SqliteOptions) {
    super();
  }

  async open(options: OpenOptions = {}): Promise<void> {
    const { folder, lockedWith = [] } = this.options;
    const path = join(folder, FILE_NAME);
    if (options.readOnly) {
      this.#opened = openForReading(path);
      return;
    }
    await makeFolder(folder);
    await refuseNetworkFileSystem(folder);
    const locks = await RootLocks.take([folder, ...lockedWith]);
    try {
      this.#opened = await this.#openForWriting(path, locks);
    } catch (cause) {
      locks.release();
      throw cause;
    }
  }

  async #openForWriting(path: string, locks: RootLocks): Promise<Opened> {
    const writer = connect(path);
    const facts = new Kysely<Schema>({ dialect: new SteadyPlanDialect({ database: remembering(writer) }) });
    await migrate(facts, 'sqlite');
    const log = await (this.options.openLog ?? WriteAheadLog.open)(`${path}-wal`);
    await syncFolderOf(path);
    const reading = openForReading(path);
    const endSnapshot = (): void => {
      reading.snapshot.end();
    };
    const checkpoints = new Checkpoints(writer, endSnapshot);
    const commits = new CommitQueue(writer, facts, log, {
      beforeBegin: () => checkpoints.beforeBegin(),
      beforeCommit: endSnapshot,
      afterCommit: () => {
        for (const listener of this.#listeners) listener();
      },
      observer: () => this.commitObserver,
    });
    const close = async (): Promise<void> => {
      await commits.idle();
      await checkpoints.close();
      await reading.close();
      await log.close();
      await facts.destroy();
      locks.release();
    };
    return { ...reading, commits, close };
  }

  /** Writes a copy of the facts, as of now, below another folder; the server that uses them may go on. */
  async copyTo(folder: string): Promise<void> {
    const path = join(folder, FILE_NAME);
    makePrivate(path);
    await this.#open.readerConnection.backup(path);
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    await opened?.close();
  }

  get failure(): Error | undefined {
    return this.#opened?.commits?.failure;
  }

  get reader(): Kysely<Schema> {
    return this.#open.reader;
  }

  prepare<Input extends Parameters, Row>(
    build: (reader: Kysely<Schema>, input: Input) => Compilable<Row>,
  ): Prepared<Input, Row> {
    let ready: { statement: SqliteConnection.Statement<unknown[], Row>; bind: (input: Input) => unknown[] } | undefined;
    const prepared = (): NonNullable<typeof ready> => {
      if (ready) return ready;
      const { sql, parameters } = build(this.reader, placeholdersOf<Input>()).compile();
      const statement = this.#open.readerConnection.prepare<unknown[], Row>(sql);
      return (ready = { statement, bind: bindingOf(parameters) });
    };
    // Async functions, so that an error of SQLite is a rejection as on any other database.
    return {
      first: async (input) => {
        const { statement, bind } = prepared();
        this.#open.snapshot.ensure();
        return statement.get(...bind(input));
      },
      all: async (input) => {
        const { statement, bind } = prepared();
        this.#open.snapshot.ensure();
        return statement.all(...bind(input));
      },
    };
  }

  async transaction<Result>(
    work: (facts: Facts) => Promise<Result>,
    { durable = true }: TransactionOptions = {},
  ): Promise<Result> {
    const { commits } = this.#open;
    if (!commits) throw new MetadataError('The database was opened for reading only.');
    return commits.submit(work, durable && this.options.durable);
  }

  async flushed(): Promise<void> {
    // What was opened for reading only is written by nobody here.
    await this.#open.commits?.submit(() => Promise.resolve(), this.options.durable);
  }

  onCommit(listener: () => void): void {
    this.#listeners.push(listener);
  }

  get #open(): Opened {
    if (!this.#opened) throw new MetadataError('The database is not open.');
    return this.#opened;
  }
}

function openForReading(path: string): Opened {
  const readerConnection = connectForReading(path);
  const snapshot = new ReadSnapshot(readerConnection);
  const database = remembering(readerConnection, () => {
    snapshot.ensure();
  });
  const reader = new Kysely<Schema>({ dialect: new SteadyPlanDialect({ database }) });
  const close = async (): Promise<void> => {
    snapshot.end();
    await reader.destroy();
    // Kysely closes only what it has used.
    readerConnection.close();
  };
  return { reader, readerConnection, snapshot, commits: undefined, close };
}

/** A connection that keeps the statements it has prepared. `beforeUse` is called before each is run. */
function remembering(
  connection: SqliteConnection.Database,
  beforeUse?: () => void,
): Pick<SqliteConnection.Database, 'prepare' | 'close'> {
  const statements = new Map<string, SqliteConnection.Statement>();
  const prepare = (sql: string): SqliteConnection.Statement => {
    beforeUse?.();
    const known = statements.get(sql);
    if (known) return known;
    if (statements.size >= STATEMENTS_KEPT) statements.clear();
    const statement = connection.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  return { prepare: prepare as SqliteConnection.Database['prepare'], close: () => connection.close() };
}
