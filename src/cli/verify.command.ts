import { PassThrough } from 'node:stream';
import { tryPlugins } from '../bootstrap.js';
import { loadConfig } from '../config/load-config.js';
import { dataOf } from '../foundations.js';
import { AuditLog } from '../logging/audit-log.js';
import { RegistryLogger } from '../logging/registry-logger.js';
import { SystemClock } from '../system-clock.js';
import type { Console } from './console.js';
import { EXIT } from './exit-code.js';
import { blamingFile, loadPluginsOf } from './load-plugins.js';

/**
 * `berth verify <config>`: says that the file is valid and that every plugin can be had, with the warnings. Neither listens nor touches
 * the data.
 *
 * @throws ConfigError where it is not; the command line prints that.
 */
export async function verify(configPath: string, console: Console): Promise<number> {
  const loaded = await loadConfig(configPath);
  const { config, path } = loaded;
  const plugins = await loadPluginsOf(loaded);
  const { failed } = await blamingFile(path, async () =>
    tryPlugins({
      config,
      plugins,
      ...(await dataOf(config)),
      clock: new SystemClock(),
      logger: new RegistryLogger(new PassThrough(), 'silent'),
      audit: new AuditLog(undefined),
    }),
  );
  const warnings = [...loaded.warnings, ...failed.map(({ name, error }) => `extensions.${name}: ${error.message}`)];
  console.out(['valid', ...warnings.map((warning) => `warning: ${warning}`), ''].join('\n'));
  return EXIT.ok;
}
