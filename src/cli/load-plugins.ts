import { dirname } from 'node:path';
import { ConfigError, type Violation } from '../config/config-error.js';
import type { LoadedConfig } from '../config/load-config.js';
import type { Plugins } from '../plugin-host/loaded-plugin.js';
import { loadPlugins } from '../plugin-host/plugin-loader.js';
import { PluginLoadError } from '../plugin-host/plugin-load-error.js';

/**
 * The plugins that a configuration enables.
 *
 * @throws ConfigError with everything that is wrong with every plugin, as violations of the file
 */
export async function loadPluginsOf({ config, path }: LoadedConfig): Promise<Plugins> {
  try {
    return await loadPlugins({ extensions: config.extensions, configFolder: dirname(path) });
  } catch (cause) {
    if (!(cause instanceof PluginLoadError)) throw cause;
    throw new ConfigError(violationsOf(cause, path), { cause });
  }
}

function violationsOf({ errors, violations }: PluginLoadError, file: string): Violation[] {
  const plugins = errors.map(({ plugin, message }) => ({
    key: `extensions.${plugin}`,
    found: message,
    allowed: 'a plugin that can be used',
  }));
  return [...plugins, ...violations].map((violation) => ({ file, ...violation }));
}
