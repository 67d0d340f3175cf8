import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Clock, FileWatch, Meter, PluginLogger } from '@berth/sdk';
import { SyncConfig } from '../config/sync.config.js';
import { credentialNamesOf } from '../mapping/docker-hub.js';
import { askCredentialHelper } from './docker-credential-program.js';
import { type DockerLogins, type Login, type Logins, parseDockerConfig, parseZotCredentials } from './login.js';

/** What a helper said holds so long, in milliseconds. */
const HELPER_ANSWERS_HOLD = 300_000;
const NO_DOCKER: DockerLogins = { logins: new Map(), helpers: new Map(), store: undefined };

/** Who we are to each upstream: zot's file of credentials, then docker's configuration, both read again when they change. */
@Injectable()
export class CredentialFiles implements OnModuleInit, OnApplicationShutdown {
  #ownWatch: FileWatch | undefined;
  #dockerWatch: FileWatch | undefined;
  readonly #helped = new Map<string, { readonly login: Login | undefined; readonly since: number }>();
  readonly #failures;
  #own: Logins = new Map();
  #docker = NO_DOCKER;

  constructor(
    private readonly config: SyncConfig,
    private readonly logger: PluginLogger,
    private readonly clock: Clock,
    meter: Meter,
  ) {
    const help = 'Readings of a file of credentials that failed: those before it stay in force.';
    this.#failures = meter.counter({ name: 'credential_read_failures_total', help }).with({});
  }

  /** @throws Error where the file that the configuration names cannot be read */
  async onModuleInit(): Promise<void> {
    await this.use(this.config);
    const dockerConfig = join(process.env['DOCKER_CONFIG'] ?? join(homedir(), '.docker'), 'config.json');
    const readDocker = (): Promise<void> => this.#readDocker(dockerConfig);
    await this.#unlessItFails(dockerConfig, readDocker);
    this.#dockerWatch = this.#watch(dockerConfig, readDocker);
  }

  onApplicationShutdown(): void {
    this.#ownWatch?.stop();
    this.#dockerWatch?.stop();
  }

  /** Takes the file that `config` names. @throws Error where it cannot be read; then the one before counts */
  async use({ credentialsFile }: Pick<SyncConfig, 'credentialsFile'>): Promise<void> {
    if (credentialsFile === undefined) this.#own = new Map();
    else await this.#readOwn(credentialsFile);
    this.#ownWatch?.stop();
    this.#ownWatch =
      credentialsFile === undefined ? undefined : this.#watch(credentialsFile, () => this.#readOwn(credentialsFile));
  }

  /** `host`: with its port where it has one. `undefined`: nobody knows us there. */
  async loginFor(host: string): Promise<Login | undefined> {
    const names = credentialNamesOf(host.toLowerCase());
    for (const logins of [this.#own, this.#docker.logins]) {
      const known = names.map((name) => logins.get(name)).find((login) => login !== undefined);
      if (known) return known;
    }
    for (const name of names) {
      const program = this.#docker.helpers.get(name) ?? this.#docker.store;
      const login = program === undefined ? undefined : await this.#askHelper(program, name);
      if (login) return login;
    }
    return undefined;
  }

  async #readOwn(path: string): Promise<void> {
    let text;
    try {
      text = await readFile(path, 'utf8');
      this.#own = parseZotCredentials(text);
    } catch (cause) {
      throw new Error(`credentialsFile ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  }

  async #readDocker(path: string): Promise<void> {
    const text = await readFile(path, 'utf8').catch((cause: unknown) => {
      if (isAbsent(cause)) return undefined;
      throw cause;
    });
    this.#docker = text === undefined ? NO_DOCKER : parseDockerConfig(text);
    this.#helped.clear();
  }

  #watch(path: string, read: () => Promise<void>): FileWatch {
    const watch = new FileWatch([path], { onChange: () => this.#unlessItFails(path, read), ignoreAbsent: true });
    watch.start();
    return watch;
  }

  async #unlessItFails(path: string, read: () => Promise<void>): Promise<void> {
    try {
      await read();
      this.logger.debug('credentials for upstreams were read', { path });
    } catch (err) {
      this.#failures.add();
      this.logger.error('credentials for upstreams could not be read: those before stay in force', { path, err });
    }
  }

  async #askHelper(program: string, host: string): Promise<Login | undefined> {
    const key = `${program} ${host}`;
    const known = this.#helped.get(key);
    const now = this.clock.now();
    if (known && now - known.since < HELPER_ANSWERS_HOLD) return known.login;
    let login;
    try {
      login = await askCredentialHelper(program, host);
    } catch (err) {
      this.logger.warn('a credential helper failed: the upstream is asked without credentials', { program, host, err });
    }
    this.#helped.set(key, { login, since: now });
    return login;
  }
}

function isAbsent(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR');
}
