import { isDeepStrictEqual } from 'node:util';
import type { INestApplicationContext } from '@nestjs/common';
import type { Counter, Gauge } from '@berth/sdk';
import { authSettingsOf } from './auth-settings-of.js';
import { accessNotices } from './auth/access-notices.js';
import { AuthState } from './auth/auth-state.js';
import { ConfigError } from './config/config-error.js';
import { loadConfig } from './config/load-config.js';
import type { RegistryConfig } from './config/registry.config.js';
import { RegistryLogger } from './logging/registry-logger.js';
import { InMemoryMeter } from './metering/in-memory-meter.js';
import { PluginReload } from './plugin-host/plugin-reload.js';
import { storeNames } from './storage/configured-stores.js';

/** What of `http` takes effect at once. */
const RELOADED = new Set(['auth', 'accessControl', 'realm']);

export type ReloadOutcome = 'applied' | 'invalid';

/** Reads the configuration file again and changes what can be changed while the server runs. */
export class ConfigReload {
  readonly #logger: RegistryLogger;
  readonly #plugins: PluginReload;
  readonly #auth: AuthState;
  readonly #reloads: Counter;
  readonly #invalid: Gauge;

  /** `running`: what the server was started with, from the file at `path`. */
  constructor(
    application: INestApplicationContext,
    private readonly running: RegistryConfig,
    private readonly path: string,
  ) {
    this.#logger = application.get(RegistryLogger);
    this.#plugins = application.get(PluginReload);
    this.#auth = application.get(AuthState);
    const meter = application.get(InMemoryMeter);
    this.#reloads = meter.counter({ name: 'berth_config_reloads_total', help: 'Readings of a changed configuration.' });
    this.#invalid = meter.gauge({
      name: 'berth_config_invalid',
      help: '1 while the file is not what the server runs with, because it is invalid.',
    });
    this.#invalid.set(0);
  }

  /** Never rejects: a file that cannot be used is logged, and the old configuration stays. */
  async reload(): Promise<ReloadOutcome> {
    const outcome = await this.#attempt();
    this.#reloads.add({ outcome });
    this.#invalid.set(outcome === 'invalid' ? 1 : 0);
    return outcome;
  }

  async #attempt(): Promise<ReloadOutcome> {
    try {
      const { config } = await loadConfig(this.path);
      // A new store is there after a restart.
      const plan = this.#plugins.plan(config.extensions, storeNames(this.running.storage));
      if (plan.violations.length > 0) {
        throw new ConfigError(plan.violations.map((violation) => ({ file: this.path, ...violation })));
      }
      await this.#reloadAccess(config);
      const taken = await this.#plugins.apply(plan);
      for (const change of [...this.#changesOfCore(config), ...plan.restarts]) {
        this.#logger.warn({ event: 'restart needed' }, `${change}: this takes effect after a restart`);
      }
      this.#logger.info({ event: 'reloaded', plugins: taken }, 'the configuration was read again');
      return 'applied';
    } catch (cause) {
      this.#logInvalid(cause);
      return 'invalid';
    }
  }

  async #reloadAccess({ http }: RegistryConfig): Promise<void> {
    const settings = authSettingsOf(http, this.running.http.tls);
    if (!(await this.#auth.reload(settings))) return;
    this.#logger.info({ event: 'access reloaded' }, 'authentication and access rules were read again');
    const { hasContributed } = this.#auth;
    // A change that opens the server should not go unnoticed.
    for (const notice of accessNotices({ ...settings, hasContributed }, this.running.http.address))
      this.#logger.warn({ event: 'access' }, notice);
  }

  #changesOfCore(config: RegistryConfig): string[] {
    const sections = ['storage', 'http', 'log'] as const;
    return sections.flatMap((section) => {
      const [before, now] = [new Map(Object.entries(this.running[section])), new Map(Object.entries(config[section]))];
      const keys = new Set([...before.keys(), ...now.keys()]);
      return [...keys]
        .filter(
          (key) => !(section === 'http' && RELOADED.has(key)) && !isDeepStrictEqual(before.get(key), now.get(key)),
        )
        .map((key) => `${section}.${key} has changed`);
    });
  }

  #logInvalid(cause: unknown): void {
    const text = 'the changed configuration is not valid: the old one stays';
    if (!(cause instanceof ConfigError)) this.#logger.error({ err: cause }, text);
    else for (const violation of cause.violations) this.#logger.error({ ...violation }, text);
  }
}
