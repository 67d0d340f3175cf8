import type { LdapConnection } from './ldap-connection.js';
import { ConnectionLost, NoPlace } from './ldap-failure.js';

/** What was not used for so long may have been dropped on the way without a word. Milliseconds. */
const KEPT_FOR = 60_000;

interface Idle {
  readonly connection: LdapConnection;
  readonly since: number;
}

/** Connections of one kind to one server: so many at once at most, kept while they live, each used by one at a time. */
export class LdapPool {
  readonly #idle: Idle[] = [];
  readonly #waiting = new Set<() => void>();
  #free: number;
  #isRetired = false;

  constructor(
    size: number,
    private readonly open: (signal: AbortSignal) => Promise<LdapConnection>,
  ) {
    this.#free = size;
  }

  /** Runs `task` with a connection of its own. Waits for one no longer than `signal` lets it. */
  async use<T>(task: (connection: LdapConnection) => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#takePlace(signal);
    try {
      const kept = this.#takeIdle();
      return kept ? await this.#useKept(kept, task, signal) : await this.#lend(await this.open(signal), task);
    } finally {
      this.#leavePlace();
    }
  }

  /** Closes what is idle now, and what is in use when it is given back. */
  retire(): void {
    this.#isRetired = true;
    for (const { connection } of this.#idle.splice(0)) connection.close();
  }

  async #useKept<T>(
    kept: LdapConnection,
    task: (connection: LdapConnection) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    try {
      return await this.#lend(kept, task);
    } catch (cause) {
      if (!(cause instanceof ConnectionLost)) throw cause;
      // The server may have ended it just when it was taken; a new one tells whether there is more to it.
      return await this.#lend(await this.open(signal), task);
    }
  }

  async #lend<T>(connection: LdapConnection, task: (connection: LdapConnection) => Promise<T>): Promise<T> {
    try {
      return await task(connection);
    } finally {
      if (this.#isRetired) connection.close();
      else if (connection.isAlive) this.#idle.push({ connection, since: performance.now() });
    }
  }

  /** The one that was used last, so that what is not needed grows old. */
  #takeIdle(): LdapConnection | undefined {
    const keptSince = performance.now() - KEPT_FOR;
    const kept: Idle[] = [];
    for (const idle of this.#idle.splice(0)) {
      if (idle.since < keptSince) idle.connection.close();
      else if (idle.connection.isAlive) kept.push(idle);
    }
    const taken = kept.pop();
    this.#idle.push(...kept);
    return taken?.connection;
  }

  async #takePlace(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const take = (): void => {
      resolve(undefined);
    };
    const leave = (): void => {
      // Whose turn it is already has a place to give back.
      if (this.#waiting.delete(take)) reject(new NoPlace(signal.reason));
    };
    signal.addEventListener('abort', leave, { once: true });
    this.#waiting.add(take);
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  #leavePlace(): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
