import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { PasswordHash } from './password-hash.js';

/** Hashing needs next to nothing of V8's heap. */
const HEAP = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1 };

/** A thread that computes one hash at a time, and keeps no process up that has nothing else to do. */
export class HashingThread {
  readonly #worker: Worker;
  /** Resolved when it has gone, by itself or because it was told to. */
  readonly ended: Promise<void>;
  #running: PromiseWithResolvers<boolean> | undefined;
  #idle: NodeJS.Timeout | undefined;
  #hasEnded = false;

  /** `start`: a seam for tests. */
  constructor(start: (file: URL) => Worker = startWorker) {
    this.#worker = start(new URL(`./hashing.worker${extname(import.meta.url)}`, import.meta.url));
    this.#worker.unref();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.ended = promise;
    let cause: unknown;
    this.#worker.on('message', (isRight: boolean) => {
      this.#running?.resolve(isRight);
    });
    this.#worker.on('error', (error) => {
      cause = error;
    });
    this.#worker.once('exit', () => {
      this.#hasEnded = true;
      clearTimeout(this.#idle);
      this.#running?.reject(new Error('the thread that computed the hash of a password has ended', { cause }));
      resolve(undefined);
    });
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** @throws Error where the thread ends before it has an answer */
  async verify(password: string, { scheme, text }: PasswordHash): Promise<boolean> {
    clearTimeout(this.#idle);
    this.#running = Promise.withResolvers();
    this.#worker.ref();
    this.#worker.postMessage({ password, scheme, hash: text });
    try {
      return await this.#running.promise;
    } finally {
      this.#running = undefined;
      this.#worker.unref();
    }
  }

  /** Ends it unless there is work again within `time`. Milliseconds. */
  restFor(time: number, onEnd: () => void): void {
    this.#idle = setTimeout(() => {
      onEnd();
      void this.end();
    }, time).unref();
  }

  /** A hash that is being computed is computed to its end first. */
  async end(): Promise<void> {
    clearTimeout(this.#idle);
    await this.#worker.terminate();
  }
}

function startWorker(file: URL): Worker {
  return new Worker(file, { execArgv: [], resourceLimits: HEAP });
}
