import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { MetadataError } from '../../metadata-error.js';

/** How long the thread stays without work. Milliseconds. */
const IDLE_TIME = 60_000;
/** Rows on their way; the pages of the database are not in V8's heap. */
const HEAP = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 };

type Answer =
  | { readonly id: number; readonly rows: unknown[] }
  | { readonly id: number; readonly message: string; readonly code: string | undefined };

/** Runs queries over a file in a thread of its own, which is there only while there are some. */
export class LongReads {
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown[]>>();
  #worker: Worker | undefined;
  #asked = 0;
  #idle: NodeJS.Timeout | undefined;
  #isClosed = false;
  #ended: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly path: string,
    private readonly idleTime = IDLE_TIME,
  ) {}

  /** True while there is a thread. */
  get hasThread(): boolean {
    return this.#worker !== undefined;
  }

  /** The rows, or a rejection with the error of SQLite and its `code`. */
  all(sql: string, parameters: readonly unknown[]): Promise<unknown[]> {
    if (this.#isClosed) return Promise.reject(new MetadataError(`${this.path} is closed.`));
    clearTimeout(this.#idle);
    const worker = (this.#worker ??= this.#start());
    worker.ref();
    const id = ++this.#asked;
    const waiting = Promise.withResolvers<unknown[]>();
    this.#waiting.set(id, waiting);
    worker.postMessage({ id, sql, parameters });
    return waiting.promise;
  }

  /** Ends the thread; what it has not answered yet is rejected. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#end(new MetadataError(`${this.path} is closed.`));
    await this.#ended;
  }

  #start(): Worker {
    const file = new URL(`./long-read.worker${extname(import.meta.url)}`, import.meta.url);
    const worker = new Worker(file, { workerData: this.path, execArgv: [], resourceLimits: HEAP });
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
    if ('rows' in answer) waiting?.resolve(answer.rows);
    else waiting?.reject(Object.assign(new Error(answer.message), { code: answer.code }));
    if (this.#waiting.size > 0) return;
    // Nothing keeps the process up for a thread without work, nor the thread for long.
    worker.unref();
    this.#idle = setTimeout(() => {
      this.#end(new MetadataError('The thread is idle.'));
    }, this.idleTime).unref();
  }

  /** The next query starts another thread, unless this is closed. */
  #end(cause: Error): void {
    clearTimeout(this.#idle);
    const [worker, waiting] = [this.#worker, [...this.#waiting.values()]];
    this.#worker = undefined;
    this.#waiting.clear();
    for (const { reject } of waiting) reject(cause);
    if (worker) this.#ended = Promise.all([this.#ended, worker.terminate()]);
  }
}
