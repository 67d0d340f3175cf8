import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type SqliteConnection from 'better-sqlite3';

/** Pages of the log that the database file does not have yet, from which on a checkpoint is due: 4 MiB. */
const PAGES_DUE = 1000;
/** Where SQLite checkpoints by itself, on the event loop, however the thread does: 64 MiB. */
const PAGES_AT_MOST = 16_384;
/** How long the thread stays without work. Milliseconds. */
const IDLE_TIME = 60_000;
/** A checkpoint needs next to nothing of V8's heap. */
const HEAP = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1 };

/**
 * Moves the write-ahead log into the database file in a thread of its own, which is there only while there is much to move.
 * Transactions wait meanwhile, since a log that grows during its checkpoint is never empty and never begins anew; reads go
 * on. A thread that fails leaves checkpoints to SQLite, on the event loop.
 */
export class Checkpoints {
  readonly #progress: SqliteConnection.Statement<[], { log: number; checkpointed: number }>;
  #worker: Worker | undefined;
  #isReady = false;
  #hasFailed = false;
  #running: PromiseWithResolvers<void> | undefined;
  #idle: NodeJS.Timeout | undefined;
  #ended: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly writer: SqliteConnection.Database,
    /** Called after each checkpoint: who has read the log so far must now read the file, or the log cannot begin anew. */
    private readonly afterwards: () => void,
    private readonly idleTime = IDLE_TIME,
  ) {
    writer.pragma(`wal_autocheckpoint = ${String(PAGES_AT_MOST)}`);
    this.#progress = writer.prepare('PRAGMA wal_checkpoint(NOOP)');
  }

  /** True while there is a thread. */
  get hasThread(): boolean {
    return this.#worker !== undefined;
  }

  /** True while the thread takes checkpoints; until it does, the log may grow. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** To be awaited before each transaction: holds it back while a checkpoint runs. */
  async beforeBegin(): Promise<void> {
    if (this.#hasFailed || this.#pagesLeft() < PAGES_DUE) return;
    this.#worker ??= this.#start();
    // It takes some 50 ms to start, in which the log may grow.
    if (!this.#isReady) return;
    clearTimeout(this.#idle);
    this.#worker.ref();
    this.#running = Promise.withResolvers();
    this.#worker.postMessage('checkpoint');
    await this.#running.promise;
    this.afterwards();
  }

  /** Ends the thread, so that the last connection to close is not its own. */
  async close(): Promise<void> {
    this.#end();
    await this.#ended;
  }

  #pagesLeft(): number {
    const { log, checkpointed } = this.#progress.get() ?? { log: 0, checkpointed: 0 };
    return log - checkpointed;
  }

  #start(): Worker {
    const file = new URL(`./checkpoint.worker${extname(import.meta.url)}`, import.meta.url);
    const worker = new Worker(file, { workerData: this.writer.name, execArgv: [], resourceLimits: HEAP });
    worker.unref();
    worker.on('message', () => {
      if (worker === this.#worker) this.#rest(worker);
    });
    worker.once('error', (cause: Error) => {
      if (worker === this.#worker) this.#giveUp(cause);
    });
    return worker;
  }

  /** Nothing keeps the process up for a thread without work, nor the thread for long. */
  #rest(worker: Worker): void {
    this.#isReady = true;
    worker.unref();
    this.#idle = setTimeout(() => {
      this.#end();
    }, this.idleTime).unref();
    this.#running?.resolve();
  }

  #giveUp(cause: Error): void {
    this.#hasFailed = true;
    this.writer.pragma(`wal_autocheckpoint = ${String(PAGES_DUE)}`);
    process.emitWarning(`Checkpoints of ${this.writer.name} run on the event loop until the restart: ${cause.message}`);
    this.#running?.resolve();
    this.#end();
  }

  #end(): void {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    if (!worker) return;
    this.#worker = undefined;
    this.#isReady = false;
    this.#ended = Promise.all([this.#ended, worker.terminate()]);
  }
}
