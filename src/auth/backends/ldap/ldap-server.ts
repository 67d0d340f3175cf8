import type { Clock, Duration } from '@berth/sdk';
import { formatDuration, milliseconds } from '@berth/sdk';
import type { SearchOptions } from 'ldapts';
import { LdapBreaker } from './ldap-breaker.js';
import { LdapConnection } from './ldap-connection.js';
import type { LdapConnections } from './ldap-directory.js';
import type { LdapEndpoint, LdapMaterial } from './ldap-endpoint.js';
import { failureOf, LdapFailure, NoPlace, openingFailureOf } from './ldap-failure.js';
import { LdapPool } from './ldap-pool.js';

export interface LdapServerOptions {
  readonly poolSize: number;
  readonly timeout: Duration;
  readonly clock: Clock;
  /** Failures in a row that open the breaker. */
  readonly failures: number;
  /** How often a server whose breaker is open is tried. Milliseconds. */
  readonly tryEvery: number;
  readonly onBreaker: (server: LdapServer) => void;
}

/** One server of a directory: its connections, and the breaker that keeps logins from waiting for it. */
export class LdapServer {
  readonly name: string;
  readonly #breaker: LdapBreaker;
  #connections: LdapConnections;

  constructor(
    private readonly endpoint: LdapEndpoint,
    material: LdapMaterial,
    private readonly options: LdapServerOptions,
  ) {
    this.name = `${endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host}:${String(endpoint.port)}`;
    this.#connections = this.#connect(material);
    this.#breaker = new LdapBreaker({
      clock: options.clock,
      failures: options.failures,
      interval: options.tryEvery,
      tryServer: () => this.#try(),
      onChange: () => {
        options.onBreaker(this);
      },
    });
  }

  /** Milliseconds since the epoch; `undefined` while the breaker is closed. */
  get openSince(): number | undefined {
    return this.#breaker.openSince;
  }

  /**
   * Runs `work` for `limit` milliseconds at most.
   *
   * @throws LdapFailure where the server cannot tell; whatever `signal` gives
   */
  async run<T>(
    work: (connections: LdapConnections, signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
    limit: number,
  ): Promise<T> {
    if (this.openSince !== undefined) throw new LdapFailure('it failed several times and is not asked', false);
    const timeout = AbortSignal.timeout(Math.max(1, Math.ceil(limit)));
    try {
      const result = await work(this.#connections, AbortSignal.any([signal, timeout]));
      this.#breaker.succeeded();
      return result;
    } catch (cause) {
      // Who goes away says nothing about the server.
      signal.throwIfAborted();
      if (cause instanceof NoPlace) throw cause;
      const failure = timeout.aborted ? silence(limit) : failureOf(cause);
      if (failure.counts) this.#breaker.failed();
      else this.#breaker.succeeded();
      throw failure;
    }
  }

  /** Uses `material` for every connection from now on. */
  renew(material: LdapMaterial): void {
    this.#retire();
    this.#connections = this.#connect(material);
    void this.#breaker.tryNow();
  }

  close(): void {
    this.#breaker.stop();
    this.#retire();
  }

  #retire(): void {
    this.#connections.searching.retire();
    this.#connections.checking.retire();
  }

  #connect(material: LdapMaterial): LdapConnections {
    const { poolSize } = this.options;
    const open = (signal: AbortSignal): Promise<LdapConnection> => LdapConnection.open(this.endpoint, material, signal);
    return {
      searching: new LdapPool(poolSize, async (signal) => bound(await open(signal), material, signal)),
      checking: new LdapPool(poolSize, open),
    };
  }

  /** What every server answers, to whoever may log in at all. */
  async #try(): Promise<void> {
    const signal = AbortSignal.timeout(this.options.timeout);
    const rootEntry: SearchOptions = { scope: 'base', attributes: ['1.1'] };
    try {
      await this.#connections.searching.use((connection) => connection.search('', rootEntry, signal), signal);
    } catch (cause) {
      // An answer is an answer.
      if (!(cause instanceof LdapFailure) || cause.counts) throw cause;
    }
  }
}

async function bound(
  connection: LdapConnection,
  { account }: LdapMaterial,
  signal: AbortSignal,
): Promise<LdapConnection> {
  if (!account) return connection;
  try {
    await connection.bind(account, signal);
    return connection;
  } catch (cause) {
    connection.close();
    signal.throwIfAborted();
    throw openingFailureOf(cause, 'service account');
  }
}

function silence(limit: number): LdapFailure {
  return new LdapFailure(`no answer within ${formatDuration(milliseconds(Math.ceil(limit)))}`, true);
}
