import type {
  Clock,
  CredentialBackend,
  CredentialResult,
  Credentials,
  HealthProbe,
  LookupResult,
  Meter,
} from '@berth/sdk';
import { FileWatch } from '@berth/sdk';
import type { RegistryLogger } from '../../../logging/registry-logger.js';
import { type LdapConnections, LdapDirectory } from './ldap-directory.js';
import { ldapEndpoints } from './ldap-endpoint.js';
import { LdapFailure } from './ldap-failure.js';
import { ldapFilePaths, readLdapFiles } from './ldap-files.js';
import { LdapServer } from './ldap-server.js';
import { LdapTelling } from './ldap-telling.js';
import type { LdapConfig } from './ldap.config.js';

/** Bytes of UTF-8. No directory has such names, and some end the connection of whoever sends more than they like. */
const USER_AT_MOST = 1024;
const PASSWORD_AT_MOST = 4096;

const FAILURES_THAT_OPEN = 5;
const TRY_EVERY = 10_000;

export interface LdapBackendOptions {
  readonly logger: RegistryLogger;
  readonly meter: Meter;
  readonly clock: Clock;
  /** Called when the service account or the certificates are other ones: what was true of users may not be so any more. */
  readonly onChange: () => void;
  /** How often a server that failed is tried, in milliseconds. Default 10 s. */
  readonly tryEvery?: number;
}

type Unavailable = Extract<LookupResult, { outcome: 'unavailable' }>;

/** Users of a directory. */
export class LdapBackend implements CredentialBackend {
  /** Fails while no login is sent to one of the servers. */
  readonly probe: HealthProbe = { name: 'ldap', critical: false, check: () => this.#check() };
  readonly #servers: readonly LdapServer[];
  readonly #directory: LdapDirectory;
  readonly #telling: LdapTelling;
  #watch: FileWatch | undefined;
  #isClosed = false;

  private constructor(
    private readonly config: LdapConfig,
    private readonly options: LdapBackendOptions,
    servers: (telling: LdapTelling) => readonly LdapServer[],
  ) {
    this.#directory = new LdapDirectory(config);
    this.#telling = new LdapTelling(options.logger, options.meter);
    this.#servers = servers(this.#telling);
  }

  /**
   * Reads the files of `config`, and watches them until `close`; connects when the first user logs in.
   *
   * @throws Error where a file or a filter is not what it should be
   */
  static async open(config: LdapConfig, options: LdapBackendOptions): Promise<LdapBackend> {
    const { material, fingerprint } = await readLdapFiles(config);
    const { poolSize, timeout } = config;
    const { clock, tryEvery = TRY_EVERY } = options;
    const endpoints = ldapEndpoints(config);
    const backend = new LdapBackend(config, options, (telling) => {
      const onBreaker = (server: LdapServer): void => {
        telling.breaker(server);
      };
      const common = { poolSize, timeout, clock, failures: FAILURES_THAT_OPEN, tryEvery, onBreaker };
      return endpoints.map((endpoint) => new LdapServer(endpoint, material, common));
    });
    backend.#telling.start(endpoints, backend.#servers);
    backend.#watchOn(fingerprint);
    return backend;
  }

  async verify({ user, password }: Credentials, signal: AbortSignal): Promise<CredentialResult> {
    const result = await this.#verify(user, password, signal);
    this.#telling.login(result.outcome);
    return result;
  }

  async lookup(user: string, signal: AbortSignal): Promise<LookupResult> {
    if (!isPossibleUser(user)) return { outcome: 'unknownUser' };
    return await this.#ask(signal, async (connections, bound): Promise<LookupResult> => {
      const found = await this.#directory.find(user, connections, bound);
      if (found === 'ambiguous') this.#telling.ambiguous(user);
      if (typeof found === 'string') return { outcome: 'unknownUser' };
      const groups = await this.#directory.groupsOf(found, connections, bound);
      return { outcome: 'found', user: found.name, groups };
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#watch?.stop();
    for (const server of this.#servers) server.close();
  }

  async #verify(user: string, password: string, signal: AbortSignal): Promise<CredentialResult> {
    // An empty one would be taken for a login of nobody, which succeeds; the others for a part of themselves.
    if (password === '' || password.includes('\0') || Buffer.byteLength(password) > PASSWORD_AT_MOST)
      return isPossibleUser(user) ? { outcome: 'rejected' } : { outcome: 'unknownUser' };
    if (!isPossibleUser(user)) return { outcome: 'unknownUser' };
    return await this.#ask(signal, async (connections, bound): Promise<CredentialResult> => {
      const found = await this.#directory.find(user, connections, bound);
      if (found === 'ambiguous') {
        this.#telling.ambiguous(user);
        return { outcome: 'rejected' };
      }
      if (found === 'unknown') return { outcome: 'unknownUser' };
      const isRight = await this.#directory.isRight(found, password, connections, bound);
      if (isRight === 'unknown') return { outcome: 'unknownUser' };
      if (!isRight) return { outcome: 'rejected' };
      const groups = await this.#directory.groupsOf(found, connections, bound);
      return { outcome: 'accepted', user: found.name, groups };
    });
  }

  /** Asks the servers in turn. Each has its share of the time that is left, so that one that hangs leaves some to the next. */
  async #ask<T>(
    signal: AbortSignal,
    work: (connections: LdapConnections, signal: AbortSignal) => Promise<T>,
  ): Promise<T | Unavailable> {
    signal.throwIfAborted();
    const end = performance.now() + this.config.timeout;
    const reasons: string[] = [];
    for (const [index, server] of this.#servers.entries()) {
      const able = this.#servers.slice(index).filter(({ openSince }) => openSince === undefined).length;
      try {
        return await server.run(work, signal, (end - performance.now()) / Math.max(1, able));
      } catch (cause) {
        if (!(cause instanceof LdapFailure)) throw cause;
        reasons.push(`${server.name}: ${cause.message}`);
      }
    }
    return { outcome: 'unavailable', reason: reasons.join('; ') };
  }

  #check(): Promise<void> {
    const open = this.#servers.flatMap(({ name, openSince }) =>
      openSince === undefined ? [] : [`the breaker of ${name} is open since ${new Date(openSince).toISOString()}`],
    );
    return open.length === 0 ? Promise.resolve() : Promise.reject(new Error(open.join('; ')));
  }

  #watchOn(fingerprint: string): void {
    const paths = ldapFilePaths(this.config);
    if (paths.length === 0) return;
    this.#watch = new FileWatch(paths, {
      known: fingerprint,
      onChange: () => this.#reload(),
      onUnwatchable: (cause) => {
        this.#telling.unwatchable(cause);
      },
    });
    this.#watch.start();
  }

  async #reload(): Promise<void> {
    try {
      const { material } = await readLdapFiles(this.config);
      if (this.#isClosed) return;
      for (const server of this.#servers) server.renew(material);
    } catch (cause) {
      this.#telling.unusable(cause);
      return;
    }
    this.#telling.reloaded();
    this.options.onChange();
  }
}

function isPossibleUser(user: string): boolean {
  return user !== '' && !user.includes('\0') && Buffer.byteLength(user) <= USER_AT_MOST;
}
