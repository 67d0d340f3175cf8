import { loadConfig } from '../config/load-config.js';
import type { Console } from './console.js';
import { EXIT } from './exit-code.js';

/**
 * `berth verify <config>`: says that the file is valid, with its warnings.
 *
 * @throws ConfigError where it is not; the command line prints that.
 */
export async function verify(configPath: string, console: Console): Promise<number> {
  const { warnings } = await loadConfig(configPath);
  console.out(['valid', ...warnings.map((warning) => `warning: ${warning}`), ''].join('\n'));
  return EXIT.ok;
}
