import { loadConfig } from '../config/load-config.js';
import { loadPluginsOf } from './load-plugins.js';
import type { Console } from './console.js';
import { EXIT } from './exit-code.js';

/**
 * `berth verify <config>`: says that the file is valid and every plugin can be had, with the warnings.
 *
 * @throws ConfigError where it is not; the command line prints that.
 */
export async function verify(configPath: string, console: Console): Promise<number> {
  const loaded = await loadConfig(configPath);
  const { failed } = await loadPluginsOf(loaded);
  const warnings = [...loaded.warnings, ...failed.map(({ name, error }) => `extensions.${name}: ${error.message}`)];
  console.out(['valid', ...warnings.map((warning) => `warning: ${warning}`), ''].join('\n'));
  return EXIT.ok;
}
