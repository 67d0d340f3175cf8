import { type FileHandle, open } from 'node:fs/promises';

/** Brings what has been committed to the disk. */
export interface DurableLog {
  flush(): Promise<void>;
}

/**
 * SQLite's write-ahead log as a file that is flushed off the event loop. Callers that ask while a flush runs share the next
 * one: theirs must begin after their commit was written.
 */
export class WriteAheadLog implements DurableLog {
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  private constructor(
    private readonly file: FileHandle,
    private readonly sync: (file: FileHandle) => Promise<void>,
  ) {}

  /** `path` is the log's; it must exist. `sync` is what makes a file's bytes durable. */
  static async open(path: string, sync = (file: FileHandle): Promise<void> => file.datasync()): Promise<WriteAheadLog> {
    return new WriteAheadLog(await open(path, 'r+'), sync);
  }

  flush(): Promise<void> {
    if (this.#running === undefined) return this.#start();
    this.#next ??= this.#running.then(
      () => this.#start(),
      () => this.#start(),
    );
    return this.#next;
  }

  async close(): Promise<void> {
    // Whoever asked for the flush is told when it fails; here it only has to be over.
    while (this.#running !== undefined) await Promise.allSettled([this.#running, this.#next]);
    await this.file.close();
  }

  #start(): Promise<void> {
    this.#next = undefined;
    this.#running = this.sync(this.file).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }
}
