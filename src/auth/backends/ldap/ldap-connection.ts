import type { Socket } from 'node:net';
import { Client, type Entry, type SearchOptions } from 'ldapts';
import type { LdapEndpoint, LdapMaterial, ServiceAccount } from './ldap-endpoint.js';
import { ConnectionLost, failureOf } from './ldap-failure.js';
import { ignoreLateError, openLdapSocket } from './ldap-socket.js';

/**
 * One connection, for one request at a time. It ends where its socket ends: ldapts' client would connect anew by itself,
 * without TLS where that was asked for by StartTLS, and without the bind.
 */
export class LdapConnection {
  readonly #socket: Socket;
  readonly #client: Client;
  #isAlive = true;
  #giveUp: ((cause: Error) => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#client = new Client({
      url: 'ldap://server',
      createConnection: () => {
        if (this.#isAlive) return socket;
        throw new ConnectionLost();
      },
    });
    // The client listens from the first request on.
    socket.on('error', ignoreLateError);
    socket.once('close', () => {
      this.close();
      this.#giveUp?.(new ConnectionLost(socket.errored));
    });
  }

  /** @throws LdapFailure where it cannot be had; whatever `signal` gives */
  static async open(endpoint: LdapEndpoint, material: LdapMaterial, signal: AbortSignal): Promise<LdapConnection> {
    return new LdapConnection(await openLdapSocket(endpoint, material, signal));
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** @throws ResultCodeError where the server refuses; LdapFailure; whatever `signal` gives */
  async bind({ dn, password }: ServiceAccount, signal: AbortSignal): Promise<void> {
    // A bind with a name and no password succeeds and proves nothing (RFC 4513, 5.1.2).
    if (password === '') throw new Error('a bind without a password');
    await this.#answer(() => this.#client.bind(dn, password), signal);
  }

  /** @throws LdapFailure; whatever `signal` gives */
  async search(base: string, options: SearchOptions, signal: AbortSignal): Promise<readonly Entry[]> {
    try {
      const { searchEntries } = await this.#answer(() => this.#client.search(base, options), signal);
      return searchEntries;
    } catch (cause) {
      signal.throwIfAborted();
      throw failureOf(cause);
    }
  }

  close(): void {
    this.#isAlive = false;
    this.#socket.destroy();
  }

  /** A request that nobody waits for any more takes the connection with it: its answer may still come. */
  async #answer<T>(request: () => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    if (!this.#isAlive) throw new ConnectionLost();
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const abort = (): void => {
      this.close();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort, { once: true });
    this.#giveUp = reject;
    try {
      request().then(resolve, (cause: unknown) => {
        // What the client says of an ended socket depends on how it ended.
        reject(this.#socket.destroyed ? new ConnectionLost(this.#socket.errored) : (cause as Error));
      });
      return await promise;
    } finally {
      signal.removeEventListener('abort', abort);
      this.#giveUp = undefined;
    }
  }
}
