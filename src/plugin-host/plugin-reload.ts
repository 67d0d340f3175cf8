import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import type { Reconfigure, Section, SectionViolation } from '@berth/sdk';
import { RegistryLogger } from '../logging/registry-logger.js';
import { withDeadline } from './hook-deadline.js';
import type { LoadedPlugin, Plugins } from './loaded-plugin.js';
import { PLUGINS } from './plugin-catalog.js';
import { pluginConfigOf } from './plugin-config.js';
import { type PluginSection, readSections } from './plugin-section.js';

/** How long a plugin may take to take a new section, in milliseconds. */
const RECONFIGURE_TIME = 10_000;

/** What a new `extensions` would change, checked and not done yet. */
export interface ReloadPlan {
  /** Any of these keeps the old configuration as a whole. */
  readonly violations: readonly SectionViolation[];
  /** What takes effect after a restart only, in words. */
  readonly restarts: readonly string[];
  readonly changes: readonly PluginChange[];
}

interface PluginChange {
  readonly name: string;
  readonly config: object;
  readonly values: Section;
}

/** Gives plugins their new sections while the server runs. */
@Injectable()
export class PluginReload {
  readonly #reconfigurable = new Map<string, Reconfigure<object>>();
  /** What each plugin runs with. */
  readonly #running: Map<string, Section>;

  constructor(
    @Inject(PLUGINS) private readonly plugins: Plugins,
    private readonly logger: RegistryLogger,
  ) {
    this.#running = new Map(plugins.loaded.map(({ name, section }) => [name, section.values]));
  }

  /** For a plugin that declares it can take a new section. */
  add(name: string, plugin: Reconfigure<object>): void {
    this.#reconfigurable.set(name, plugin);
  }

  /** `stores`: those that the sections may name. */
  plan(extensions: Section, stores: readonly string[]): ReloadPlan {
    const { enabled } = readSections(extensions);
    const wanted = new Map(enabled.map((section) => [section.key, section]));
    const restarts = [...wanted.keys()].filter((key) => !this.#knows(key)).map((key) => `extensions.${key} is enabled`);
    const violations: SectionViolation[] = [];
    const changes: PluginChange[] = [];
    for (const loaded of this.plugins.loaded) {
      const section = wanted.get(loaded.name);
      const restart = section ? this.#restartFor(loaded, section) : `extensions.${loaded.name} is disabled`;
      if (restart !== undefined) restarts.push(restart);
      if (!section || this.#isRunning(loaded.name, section)) continue;
      const checked = pluginConfigOf(loaded.plugin, section, stores);
      violations.push(...checked.violations);
      if (checked.config && this.#reconfigurable.has(loaded.name))
        changes.push({ name: loaded.name, config: checked.config, values: section.values });
    }
    return { violations, restarts, changes };
  }

  /** Hands out the new sections. A plugin that throws keeps its old one, which is logged. Gives the names of those that took it. */
  async apply({ changes }: ReloadPlan): Promise<readonly string[]> {
    const taken: string[] = [];
    for (const { name, config, values } of changes) {
      try {
        await this.#hand(name, config);
        this.#running.set(name, values);
        taken.push(name);
      } catch (cause) {
        this.logger.error(
          { plugin: name, err: cause },
          'a plugin did not take its new configuration and keeps the old one',
        );
      }
    }
    return taken;
  }

  /** One that does not end must not keep the next change from everybody. */
  async #hand(name: string, config: object): Promise<void> {
    const onLate = (): void => {
      this.logger.warn(
        { plugin: name },
        'a plugin ended its change of configuration after nobody waited for it any more',
      );
    };
    const options = { deadline: RECONFIGURE_TIME, signal: undefined, onLate };
    await withDeadline(options, async () => this.#reconfigurable.get(name)?.reconfigure(config));
  }

  /** Why a change of the section needs a restart, or `undefined` where it does not, or nothing has changed. */
  #restartFor({ name, section: old }: LoadedPlugin, section: PluginSection): string | undefined {
    if (section.specifier !== old.specifier) return `extensions.${name}.plugin has changed`;
    const isTaken = this.#isRunning(name, section) || this.#reconfigurable.has(name);
    return isTaken ? undefined : `extensions.${name} has changed, and the plugin takes changes at the start only`;
  }

  #isRunning(name: string, { values }: PluginSection): boolean {
    return isDeepStrictEqual(this.#running.get(name), values);
  }

  #knows(key: string): boolean {
    return this.#running.has(key) || this.plugins.failed.some(({ name }) => name === key);
  }
}
