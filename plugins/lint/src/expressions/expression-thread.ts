import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { LANGUAGE } from './expression-language.js';
import type { ExpressionAnswer, ExpressionQuestion } from './expression-messages.js';

/** Milliseconds that a thread may take to start, which counts for no expression. */
const START_LIMIT = 5_000;
/** MiB. A manifest and a configuration of 4 MiB each, parsed, fit in. */
const MEMORY_LIMIT = 192;
/** The same name as this file has: `.js` where it is built, `.ts` where a test runs the sources. */
const SCRIPT = new URL(`./expression-worker${extname(import.meta.url)}`, import.meta.url);

/** One thread that evaluates expressions. It serves one question at a time, and is of no use once it has been ended. */
export class ExpressionThread {
  readonly #worker = new Worker(SCRIPT, {
    workerData: LANGUAGE,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_LIMIT, maxYoungGenerationSizeMb: 16, stackSizeMb: 2 },
    // Flags of this process are about its own files.
    execArgv: [],
  });
  #ended = false;

  private constructor() {
    this.#worker.on('error', () => {
      // What it was asked fails by its end, which follows.
      this.#ended = true;
    });
    this.#worker.on('exit', () => {
      this.#ended = true;
    });
    // It must not keep a process alive that has nothing else to do.
    this.#worker.unref();
  }

  /** Resolves once it can be asked. */
  static async start(): Promise<ExpressionThread> {
    const thread = new ExpressionThread();
    try {
      await thread.#next(START_LIMIT);
    } catch (cause) {
      thread.end();
      throw new Error('the thread for expressions did not start', { cause });
    }
    return thread;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** `failed` where there is no answer within `limit` milliseconds, or it ran out of memory; the thread is then ended. */
  async ask(question: ExpressionQuestion, limit: number): Promise<ExpressionAnswer> {
    try {
      const answer = this.#next(limit);
      this.#worker.postMessage(question);
      return (await answer) as ExpressionAnswer;
    } catch (cause) {
      this.end();
      return { outcome: 'failed', reason: cause instanceof Error ? cause.message : String(cause) };
    }
  }

  /** Stops whatever it does. What was being asked fails. */
  end(): void {
    this.#ended = true;
    void this.#worker.terminate();
  }

  #next(limit: number): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const onExit = (): void => reject(new Error('it was ended before it was done'));
    const onError = (cause: Error): void => reject(new Error(reasonOf(cause), { cause }));
    const timer = setTimeout(() => {
      // Where this process was too busy to look, the answer may lie here already: it goes first.
      setImmediate(() => reject(new Error(`it took longer than ${limit} ms`)));
    }, limit);
    this.#worker.once('message', resolve).once('exit', onExit).once('error', onError);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#worker.off('message', resolve).off('exit', onExit).off('error', onError);
    });
  }
}

function reasonOf(cause: Error): string {
  const isOutOfMemory = 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return isOutOfMemory ? `it needed more than ${MEMORY_LIMIT} MiB of memory` : cause.message;
}
