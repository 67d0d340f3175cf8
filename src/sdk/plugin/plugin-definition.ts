import type { Provider, Type } from '@nestjs/common';
import type { HookHandler } from '../hooks/hook-handler.js';
import type { HookName } from '../hooks/hook-events.js';
import type { PluginMigrations } from '../ports/plugin-database.js';
import type { CredentialBackend } from './credential-backend.js';
import type { HealthProbe } from './health-probe.js';
import type { Panel, StaticFiles } from './panel.js';
import type { Permission } from './permission.js';
import type { PluginCommand } from './plugin-command.js';
import type { PluginJob } from './plugin-job.js';
import type { Reconfigure } from './reconfigure.js';
import type { RepositoryResolver } from './repository-resolver.js';
import type { UpstreamCredentials } from './upstream-credentials.js';
import type { VulnerabilityScanner } from './vulnerability-scanner.js';

/** Handlers of hooks: a class for each, which Nest constructs, or several that are asked in this order. */
export type PluginHooks = {
  readonly [Name in HookName]?: Type<HookHandler<Name>> | readonly Type<HookHandler<Name>>[];
};

/** A method, whose parameter is compared both ways, so that a plugin of any configuration is a plugin. */
interface PathOf<Config extends object> {
  method(config: Config): string;
}

/** A controller at a path of its own, which only plugins that come with the server may claim. */
export interface ClaimedRoute<Config extends object> {
  readonly controller: Type<object>;
  /** Begins with a slash. */
  readonly path: string | PathOf<Config>['method'];
}

/** What a plugin is and contributes. Classes are constructed by Nest, and may inject ports, `config` and `providers`. */
export interface PluginDefinition<Config extends object = object> {
  /** The key below `extensions`, and the namespace of routes, logs, metrics, jobs and tables: lower-case words joined by dashes. */
  readonly name: string;
  /** Shown by discovery. */
  readonly description?: string;
  /**
   * A class with rules of class-validator: schema, type and injection token of the plugin's section at once. Without it the section may
   * hold nothing but `enable`, `plugin` and `required`.
   */
  readonly config?: Type<Config>;
  readonly hooks?: PluginHooks;
  readonly providers?: readonly Provider[];
  readonly jobs?: readonly Type<PluginJob>[];
  /** Controllers, below `/v2/_berth/ext/<name>`. */
  readonly routes?: readonly (Type<object> | ClaimedRoute<Config>)[];
  readonly staticFiles?: readonly StaticFiles[];
  readonly health?: readonly Type<HealthProbe>[];
  readonly panels?: readonly Panel[];
  readonly permissions?: readonly Permission[];
  readonly migrations?: PluginMigrations;
  /**
   * True: all that its tables hold can be made again from what the registry has. A file that is damaged is then put aside and begun anew,
   * where the plugin would fail otherwise.
   */
  readonly hasDerivedTables?: boolean;
  readonly commands?: readonly Type<PluginCommand>[];
  readonly reconfigure?: Type<Reconfigure<Config>>;
  readonly credentialBackends?: readonly Type<CredentialBackend>[];
  /** By the name that an upstream's configuration calls the helper. */
  readonly upstreamCredentials?: Readonly<Record<string, Type<UpstreamCredentials>>>;
  /** At most one on a server. */
  readonly repositoryResolver?: Type<RepositoryResolver>;
  /** At most one on a server. */
  readonly vulnerabilityScanner?: Type<VulnerabilityScanner>;
}
