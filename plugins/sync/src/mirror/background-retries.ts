import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { PluginLogger } from '@berth/sdk';
import type { UpstreamRegistryConfig } from '../config/upstream-registry.config.js';

export type RetryRule = Pick<UpstreamRegistryConfig, 'maxRetries' | 'retryDelay' | 'maxRetryDelay'>;

/** So many failed fetches are tried again at once: who asks for names at random fills no memory. */
const MOST = 1000;

/** Tries again what failed, after the client has long been answered. */
@Injectable()
export class BackgroundRetries implements OnApplicationShutdown {
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(private readonly logger: PluginLogger) {}

  onApplicationShutdown(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Does `work` after the delay of the rule, and again while it rejects, so often. One that is known by `key` is not begun again. */
  schedule(
    key: string,
    { maxRetries = 0, retryDelay, maxRetryDelay = retryDelay }: RetryRule,
    work: () => Promise<void>,
  ): void {
    if (maxRetries === 0 || retryDelay === undefined || maxRetryDelay === undefined) return;
    if (this.#timers.has(key) || this.#timers.size >= MOST) return;
    const attempt = (done: number): void => {
      const delay = Math.min(retryDelay * 2 ** done, Math.max(retryDelay, maxRetryDelay));
      const timer = setTimeout(() => {
        void this.#run(key, work).then((isDone) => {
          // The server may have stopped meanwhile.
          if (this.#timers.get(key) !== timer) return;
          if (isDone || done + 1 >= maxRetries) this.#timers.delete(key);
          else attempt(done + 1);
        });
      }, delay);
      timer.unref();
      this.#timers.set(key, timer);
    };
    attempt(0);
  }

  async #run(what: string, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (err) {
      this.logger.info('a fetch failed again', { what, err });
      return false;
    }
  }
}
