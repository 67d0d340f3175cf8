import { dirname } from 'node:path';
import { ConfigError, type Violation } from '../config/config-error.js';
import type { LoadedConfig } from '../config/load-config.js';
import { TlsFault } from '../http/tls/tls-fault.js';
import type { Plugins } from '../plugin-host/loaded-plugin.js';
import { loadPlugins } from '../plugin-host/plugin-loader.js';
import { PluginLoadError } from '../plugin-host/plugin-load-error.js';
import { storeNames } from '../storage/configured-stores.js';

/**
 * The plugins that a configuration enables.
 *
 * @throws ConfigError with everything that is wrong with every plugin, as violations of the file
 */
export function loadPluginsOf({ config, path }: LoadedConfig): Promise<Plugins> {
  const { extensions, storage } = config;
  const stores = storeNames(storage);
  return blamingFile(path, () => loadPlugins({ extensions, configFolder: dirname(path), stores }));
}

/** Does `work`, and makes what it says of plugins, and of files of `http.tls`, violations of the file that names them. */
export async function blamingFile<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof TlsFault) {
      const { key, path, found, allowed } = cause;
      throw new ConfigError([{ file, key, found: `${path}: ${found}`, allowed }], { cause });
    }
    if (!(cause instanceof PluginLoadError)) throw cause;
    throw new ConfigError(violationsOf(cause, file), { cause });
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
