import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { MetadataError } from '../../metadata-error.js';

/** How long the thread stays without work. Milliseconds. */
const IDLE_TIME = 60_000;
/** Rows on their way; the pages of the database are not in V8's heap. */
const HEAP = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 };

export interface ThreadRows {
  readonly rows: unknown[];
  /** Rows that a statement has changed that gives none. */
  readonly changes?: number;
}

type Answer =
  | ({ readonly id: number } & ThreadRows)
  | { readonly id: number; readonly message: string; readonly code: string | undefined };

/** Runs statements over a file in a thread of its own, one after the other. It is there only while there are some. */
export class QueryThread {
  readonly #waiting = new Map<number, PromiseWithResolvers<ThreadRows>>();
  #worker: Worker | undefined;
  #asked = 0;
  #idle: NodeJS.Timeout | undefined;
  #isClosed = false;
  #ended: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly path: string,
    /** `reader`: it cannot write. */
    private readonly role: 'reader' | 'writer',
    private readonly idleTime = IDLE_TIME,
  ) {}

  /** True while there is a thread. */
  get hasThread(): boolean {
    return this.#worker !== undefined;
  }

  /** What the statement gives, or a rejection with the error of SQLite and its `code`. */
  run(sql: string, parameters: readonly unknown[]): Promise<ThreadRows> {
    if (this.#isClosed) return Promise.reject(new MetadataError(`${this.path} is closed.`));
    clearTimeout(this.#idle);
    const worker = (this.#worker ??= this.#start());
    worker.ref();
    const id = ++this.#asked;
    const waiting = Promise.withResolvers<ThreadRows>();
    this.#waiting.set(id, waiting);
    worker.postMessage({ id, sql, parameters });
    return waiting.promise;
  }

  /** Ends the thread; what it has not answered yet is rejected, and a transaction that has not ended is undone. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#end(new MetadataError(`${this.path} is closed.`));
    await this.#ended;
  }

  #start(): Worker {
    const file = new URL(`./query-thread.worker${extname(import.meta.url)}`, import.meta.url);
    const workerData = { path: this.path, isReader: this.role === 'reader' };
    const worker = new Worker(file, { workerData, execArgv: [], resourceLimits: HEAP });
    worker.on('message', (answer: Answer) => {
      if (worker === this.#worker) this.#take(answer, worker);
    });
    worker.once('error', (cause: Error) => {
      if (worker === this.#worker)
        this.#end(new MetadataError(`A query ended its thread: ${cause.message}`, { cause }));
    });
    return worker;
  }

  #take(answer: Answer, worker: Worker): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('rows' in answer) waiting?.resolve(answer);
    else waiting?.reject(Object.assign(new Error(answer.message), { code: answer.code }));
    if (this.#waiting.size > 0) return;
    // Nothing keeps the process up for a thread without work, nor the thread for long.
    worker.unref();
    this.#idle = setTimeout(() => {
      this.#end(new MetadataError('The thread is idle.'));
    }, this.idleTime).unref();
  }

  /** The next statement starts another thread, unless this is closed. */
  #end(cause: Error): void {
    clearTimeout(this.#idle);
    const [worker, waiting] = [this.#worker, [...this.#waiting.values()]];
    this.#worker = undefined;
    this.#waiting.clear();
    for (const { reject } of waiting) reject(cause);
    if (worker) this.#ended = Promise.all([this.#ended, worker.terminate()]);
  }
}
