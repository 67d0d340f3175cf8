import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { PluginLogger } from '@berth/sdk';
import type { UpstreamRegistryConfig } from '../config/upstream-registry.config.js';

export type RetryRule = Pick<UpstreamRegistryConfig, 'maxRetries' | 'retryDelay' | 'maxRetryDelay'>;

/** What failed: `what` is said of one fetch only. */
export interface FailedFetch {
  readonly upstream: string;
  readonly what: string;
}

/** So many failed fetches are tried again at once: who asks for names at random fills no memory. */
const MOST = 1000;

/** Tries again what failed, after the client has long been answered. */
@Injectable()
export class BackgroundRetries implements OnApplicationShutdown {
  readonly #waiting = new Map<string, { readonly upstream: string; readonly timer: NodeJS.Timeout }>();

  constructor(private readonly logger: PluginLogger) {}

  onApplicationShutdown(): void {
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  /** How many wait for their next turn, or have it. */
  waitingFor(upstream: string): number {
    return [...this.#waiting.values()].filter((one) => one.upstream === upstream).length;
  }

  /** Does `work` after the delay of the rule, and again while it rejects, so often. One that waits already is not begun again. */
  schedule(
    { upstream, what }: FailedFetch,
    { maxRetries = 0, retryDelay, maxRetryDelay = retryDelay }: RetryRule,
    work: () => Promise<void>,
  ): void {
    if (maxRetries === 0 || retryDelay === undefined || maxRetryDelay === undefined) return;
    if (this.#waiting.has(what) || this.#waiting.size >= MOST) return;
    const attempt = (done: number): void => {
      const delay = Math.min(retryDelay * 2 ** done, Math.max(retryDelay, maxRetryDelay));
      const timer = setTimeout(() => {
        void this.#run(what, work).then((isDone) => {
          // The server may have stopped meanwhile.
          if (this.#waiting.get(what)?.timer !== timer) return;
          if (isDone || done + 1 >= maxRetries) this.#waiting.delete(what);
          else attempt(done + 1);
        });
      }, delay);
      timer.unref();
      this.#waiting.set(what, { upstream, timer });
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
