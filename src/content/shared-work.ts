import type { ContentContext } from './content-context.js';
import { unlessAborted } from './unless-aborted.js';

/** Work that many want at once is done once. It goes on for the others, and for later, when one of them leaves. */
export class SharedWork<Result> {
  readonly #running = new Map<string, Promise<Result>>();
  readonly #stopping = new AbortController();

  /**
   * Joins the work that is known by `key`, or begins it. Rejects as the work does, or as soon as `context` aborts. `work` gets a context
   * of its own, which ends with the server.
   */
  join(key: string, context: ContentContext, work: (context: ContentContext) => Promise<Result>): Promise<Result> {
    let running = this.#running.get(key);
    if (!running) {
      const { identity, actor, requestId, traceparent } = context;
      const warn = (text: string): void => {
        context.warn(text);
      };
      running = work({ identity, actor, requestId, traceparent, warn, signal: this.#stopping.signal }).finally(() => {
        this.#running.delete(key);
      });
      this.#running.set(key, running);
      // Those who wait for it are told; it may fail after all of them have left.
      running.catch(() => undefined);
    }
    return unlessAborted(running, context.signal);
  }

  /** Aborts what runs, and waits for it. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('The server is stopping.'));
    await Promise.allSettled(this.#running.values());
  }
}
