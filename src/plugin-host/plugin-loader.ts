import { contractOf, CONTRACT_VERSION, isSameSdk, type Plugin, type SectionViolation } from '@berth/sdk';
import type { FailedPlugin, LoadedPlugin, Plugins } from './loaded-plugin.js';
import { checkTogether } from './plugin-checks.js';
import { pluginConfigOf } from './plugin-config.js';
import { PluginError } from './plugin-error.js';
import { PluginLoadError } from './plugin-load-error.js';
import { type LocatedPlugin, locatePlugin } from './plugin-locator.js';
import { type PluginSection, readSections } from './plugin-section.js';
import { sharePackagesWith } from './shared-packages.js';

export interface PluginSources {
  /** `extensions` of the configuration. */
  readonly extensions: Readonly<Record<string, unknown>>;
  /** What paths and packages are looked for from. */
  readonly configFolder: string;
  /** The stores that their sections may name. */
  readonly stores: readonly string[];
}

/** The contracts that this server speaks: its own and the one before. */
const CONTRACTS = [CONTRACT_VERSION, CONTRACT_VERSION - 1];

/**
 * Imports and checks every plugin that is enabled, each for itself and then all together.
 *
 * @throws PluginLoadError with everything that is wrong with every plugin that the server cannot do without
 */
export async function loadPlugins({ extensions, configFolder, stores }: PluginSources): Promise<Plugins> {
  const { enabled, disabled } = readSections(extensions);
  const candidates: LoadedPlugin[] = [];
  const failed: FailedPlugin[] = [];
  const errors: PluginError[] = [];
  const violations: SectionViolation[] = [];
  for (const section of enabled) {
    try {
      const located = await locatePlugin(section, configFolder);
      const plugin = await importPlugin(section, located);
      const checked = pluginConfigOf(plugin, section, stores);
      if (checked.config)
        candidates.push({ name: plugin.name, plugin, config: checked.config, section, root: located.root });
      else violations.push(...checked.violations);
    } catch (cause) {
      const error = asPluginError(section, cause);
      // What could not be loaded cannot say that it has no gate: the file has to say that it may be done without.
      if (section.required === false) failed.push({ name: section.key, error });
      else errors.push(error);
    }
  }
  errors.push(...checkTogether(candidates));
  if (errors.length > 0 || violations.length > 0) throw new PluginLoadError(errors, violations);
  return { loaded: candidates, failed, disabled };
}

async function importPlugin(section: PluginSection, { module, root, contract }: LocatedPlugin): Promise<Plugin> {
  if (root !== undefined) sharePackagesWith(root);
  const exported = await importModule(section, module);
  const { key } = section;
  const marked = contractOf(exported);
  if (marked === undefined) {
    throw new PluginError(key, 'not a plugin', 'its default export was not made by definePlugin of @berth/sdk');
  }
  const number = contract ?? marked;
  if (!CONTRACTS.includes(number)) {
    throw new PluginError(
      key,
      'contract',
      `it was made for contract ${String(number)}; this server speaks ${spoken()}`,
    );
  }
  if (!isSameSdk(exported)) {
    throw new PluginError(
      key,
      'another sdk',
      'it has a copy of @berth/sdk of its own, whose tokens the server does not know: make @berth/sdk a peer dependency',
    );
  }
  return exported as Plugin;
}

async function importModule({ key, specifier }: PluginSection, module: string): Promise<unknown> {
  try {
    const exports = (await import(/* @vite-ignore */ module)) as { readonly default?: unknown };
    return exports.default;
  } catch (cause) {
    throw importError(key, specifier, module, cause);
  }
}

/** Tells the plugin that is not there from something that it needs. */
function importError(plugin: string, specifier: string | undefined, module: string, cause: unknown): PluginError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const missing = /Cannot find (?:package|module) '([^']+)'/.exec(message)?.[1];
  if (missing === undefined) {
    return new PluginError(plugin, 'broken', `it cannot be loaded: ${message}`, { cause });
  }
  if (missing !== module && !module.endsWith(missing)) {
    return new PluginError(plugin, 'dependency missing', `it needs ${missing}, which is not installed`, { cause });
  }
  const advice =
    specifier === undefined
      ? 'no plugin of this name comes with Berth; another one is named by "plugin": a package or a path'
      : `there is nothing at ${specifier}`;
  return new PluginError(plugin, 'missing', advice, { cause });
}

function asPluginError({ key }: PluginSection, cause: unknown): PluginError {
  return cause instanceof PluginError
    ? cause
    : new PluginError(key, 'broken', `it cannot be loaded: ${String(cause)}`, { cause });
}

function spoken(): string {
  return CONTRACTS.filter((number) => number > 0).join(' and ');
}
