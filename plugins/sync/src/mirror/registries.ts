import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import {
  Clock,
  PluginLogger,
  type Reconfigure,
  RepositoryCatalog,
  type RepositoryName,
  ContributedCredentials,
  UpstreamCaches,
} from '@berth/sdk';
import { warningsOf } from '../config/config-warnings.js';
import { SyncConfig } from '../config/sync.config.js';
import type { UpstreamRegistryConfig } from '../config/upstream-registry.config.js';
import { ContributedLogins } from '../credentials/contributed-logins.js';
import { SyncMetrics } from '../sync-metrics.js';
import type { KnowsLogins } from '../upstream/authorization.js';
import { CredentialFiles } from '../upstream/credential-files.js';
import { limitsOf } from './upstream-limits.js';
import { UpstreamRegistry } from './upstream-registry.js';

/** An upstream that answers for a repository, and what the repository is called there. */
export interface Answering {
  readonly registry: UpstreamRegistry;
  readonly remote: string;
}

/** The upstreams as they are configured now: a reload gives new ones. */
@Injectable()
export class Registries implements Reconfigure<SyncConfig>, OnApplicationShutdown {
  readonly #stopping = new AbortController();
  #all: readonly UpstreamRegistry[];
  /** By the configuration: replaced ones finish what they have begun. */
  #retired: UpstreamRegistry[] = [];

  /** @throws Error where a folder of certificates cannot be read, and for a credential helper that no plugin has */
  constructor(
    config: SyncConfig,
    private readonly catalog: RepositoryCatalog,
    private readonly caches: UpstreamCaches,
    private readonly credentials: CredentialFiles,
    private readonly helpers: ContributedCredentials,
    private readonly metrics: SyncMetrics,
    private readonly clock: Clock,
    private readonly logger: PluginLogger,
  ) {
    this.#all = this.#build(config, []);
    caches.observe(metrics.caches);
    caches.limit(limitsOf(this.#all));
  }

  get all(): readonly UpstreamRegistry[] {
    return this.#all;
  }

  /** Aborts when the server stops: what goes on in the background goes on until then. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  async reconfigure(config: SyncConfig): Promise<void> {
    const before = this.#all;
    await this.credentials.use(config);
    this.#all = this.#build(config, before);
    for (const { client, config: own } of this.#all) client.bandwidth.change(own.bytesPerSecond);
    this.caches.limit(limitsOf(this.#all));
    this.#retired.push(...before);
    for (const registry of before) {
      void registry.retire().then(
        () => (this.#retired = this.#retired.filter((one) => one !== registry)),
        (err: unknown) => {
          this.logger.warn('connections to an upstream could not be closed', { upstream: registry.name, err });
        },
      );
    }
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopping.abort(new Error('The server is stopping.'));
    await Promise.all([...this.#all, ...this.#retired].map(({ client }) => client.close()));
  }

  /**
   * Those that answer for a repository here, in the order of the configuration; what it mirrors already comes first, so that it does not
   * become another one's when that begins to have the name.
   */
  async answering(repository: RepositoryName): Promise<readonly Answering[]> {
    return this.#ownFirst(
      repository,
      this.#matching(repository, ({ config }) => config.onDemand),
    );
  }

  async #ownFirst(repository: RepositoryName, answering: readonly Answering[]): Promise<readonly Answering[]> {
    if (answering.length < 2) return answering;
    const upstream = (await this.catalog.find(repository))?.upstream;
    const isOwn = ({ registry }: Answering): boolean => registry.name === upstream;
    return [...answering.filter(isOwn), ...answering.filter((one) => !isOwn(one))];
  }

  /** The entry that a repository here belongs to, of those that are called `upstream`: several may have one host. */
  entryOf(upstream: string, repository: RepositoryName): UpstreamRegistry | undefined {
    return this.#all.find(({ name, mapping }) => name === upstream && mapping.remoteOf(repository) !== undefined);
  }

  /** As `answering`, with those that are not asked on demand, since periodic runs bring what is there. */
  async mirroring(repository: RepositoryName): Promise<readonly Answering[]> {
    return this.#ownFirst(
      repository,
      this.#matching(repository, ({ config, isPolled }) => config.onDemand || isPolled),
    );
  }

  /** The upstream of that name, as far as it has the repository. */
  named(repository: RepositoryName, upstream: string): Answering | undefined {
    return this.#matching(
      repository,
      ({ name, isPolled, config }) => name === upstream && (config.onDemand || isPolled),
    )[0];
  }

  #matching(repository: RepositoryName, isMeant: (registry: UpstreamRegistry) => boolean): Answering[] {
    return this.#all.flatMap((registry) => {
      const remote = isMeant(registry) ? registry.mapping.remoteOf(repository) : undefined;
      return remote === undefined ? [] : [{ registry, remote }];
    });
  }

  /** `before`: those that they take the place of. */
  #build(config: SyncConfig, before: readonly UpstreamRegistry[]): readonly UpstreamRegistry[] {
    for (const warning of warningsOf(config)) this.logger.warn(warning);
    const left = [...before];
    return config.registries.map((registry, place) => {
      const logins = this.#loginsOf(registry, place);
      const ports = { logins, clock: this.clock, observer: this.metrics };
      const at = left.findIndex((one) => one.config.urls[0] === registry.urls[0]);
      const [same] = at < 0 ? [] : left.splice(at, 1);
      return new UpstreamRegistry(registry, ports, same);
    });
  }

  #loginsOf(registry: UpstreamRegistryConfig, place: number): KnowsLogins {
    const { credentialHelper: helper, oauth2CredentialHelper, credentialHelperSettings } = registry;
    if (helper === '') return this.credentials;
    const { names } = this.helpers;
    if (!names.includes(helper)) {
      const known = names.map((name) => JSON.stringify(name)).join(', ');
      throw new Error(
        `registries[${place}].credentialHelper: there is no ${JSON.stringify(helper)}; there may stand: ${known}`,
      );
    }
    const settings = oauth2CredentialHelper ?? credentialHelperSettings;
    return new ContributedLogins({ helper, settings, helpers: this.helpers, clock: this.clock, logger: this.logger });
  }
}
