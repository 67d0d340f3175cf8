import { PassThrough } from 'node:stream';
import { tryPlugins } from '../bootstrap.js';
import { loadConfig } from '../config/load-config.js';
import { dataOf } from '../foundations.js';
import { AuditLog } from '../logging/audit-log.js';
import { RegistryLogger } from '../logging/registry-logger.js';
import { SystemClock } from '../system-clock.js';
import { authSettingsOf } from '../auth-settings-of.js';
import { accessNotices, idleAuthentication } from '../auth/access-notices.js';
import { accessLines, accessWarnings } from './access-report.js';
import type { Console } from './console.js';
import { EXIT } from './exit-code.js';
import { blamingFile, loadPluginsOf } from './load-plugins.js';
import { lookAtStores } from './look-at-stores.js';

/**
 * `berth verify <config>`: says that the file is valid, that every plugin can be had and the files of TLS fit, with the warnings, and what
 * its access rules leave open or decide by their order; of what is stored, which repositories lie in another store than they would now.
 * Neither listens nor changes the data.
 *
 * @throws ConfigError where it is not; the command line prints that.
 */
export async function verify(configPath: string, console: Console): Promise<number> {
  const loaded = await loadConfig(configPath);
  const { config, path } = loaded;
  const plugins = await loadPluginsOf(loaded);
  const { tls } = config.http;
  if (tls) await blamingFile(path, async () => (await import('../http/tls/tls-files.js')).readTlsFiles(tls));
  const foundations = {
    config,
    plugins,
    ...(await dataOf(config)),
    clock: new SystemClock(),
    logger: new RegistryLogger(new PassThrough(), 'silent'),
    audit: new AuditLog(undefined),
  };
  const tried = await blamingFile(path, async () => tryPlugins(foundations));
  const { failed } = tried;
  const stores = await lookAtStores({ ...foundations, plugins: tried }, path);
  const { accessControl: rules } = config.http;
  const warnings = [
    ...loaded.warnings,
    ...failed.map(({ name, error }) => `extensions.${name}: ${error.message}`),
    ...stores,
    ...(rules ? idleAuthentication(authSettingsOf(config.http, config.http.tls)) : []),
    ...(rules ? accessWarnings(rules, plugins) : []),
  ];
  const hasContributed = plugins.loaded.some(({ plugin }) => (plugin.credentialBackends ?? []).length > 0);
  const settings = { ...authSettingsOf(config.http, config.http.tls), hasContributed };
  const lines = rules ? accessLines(rules) : accessNotices(settings, config.http.address);
  console.out(['valid', ...warnings.map((warning) => `warning: ${warning}`), ...lines, ''].join('\n'));
  return EXIT.ok;
}
