import type { Clock } from '@berth/sdk';

export interface LdapBreakerOptions {
  readonly clock: Clock;
  /** Failures in a row that open it. */
  readonly failures: number;
  /** How long after it opened, and after each try that failed, the server is tried. Milliseconds. */
  readonly interval: number;
  /** Resolves where the server answers. */
  readonly tryServer: () => Promise<void>;
  readonly onChange: (isOpen: boolean) => void;
}

/**
 * Open, it lets nobody wait for a server that fails. Whether the server is back is found out beside the logins, so that
 * none of them has to try.
 */
export class LdapBreaker {
  #failures = 0;
  #openSince: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(private readonly options: LdapBreakerOptions) {}

  /** Milliseconds since the epoch; `undefined` while it is closed. */
  get openSince(): number | undefined {
    return this.#openSince;
  }

  succeeded(): void {
    this.#failures = 0;
    if (this.#openSince === undefined) return;
    this.#openSince = undefined;
    clearTimeout(this.#timer);
    this.options.onChange(false);
  }

  failed(): void {
    this.#failures += 1;
    if (this.#openSince !== undefined || this.#isStopped || this.#failures < this.options.failures) return;
    this.#openSince = this.options.clock.now();
    this.#schedule();
    this.options.onChange(true);
  }

  /** Tries the server now, where it is open. */
  async tryNow(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#openSince === undefined || this.#isStopped) return;
    try {
      await this.options.tryServer();
    } catch {
      // It stays open, which has been said.
      this.#schedule();
      return;
    }
    this.succeeded();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#isStopped || this.#openSince === undefined) return;
    this.#timer = setTimeout(() => void this.tryNow(), this.options.interval).unref();
  }
}
