import { relative } from 'node:path';
import { StorageError } from '@berth/sdk';
import { bootstrap, foundationsOf, listen, open, shutDown } from '../bootstrap.js';
import { loadConfig } from '../config/load-config.js';
import { accessNotices } from '../auth/access-notices.js';
import { authSettingsOf } from '../auth-settings-of.js';
import { blamingFile, loadPluginsOf } from './load-plugins.js';
import type { RegistryLogger } from '../logging/registry-logger.js';
import type { Plugins } from '../plugin-host/loaded-plugin.js';
import { MetadataError } from '../metadata/metadata-error.js';
import { endLeanStart } from '../lean-start.js';
import { ConfigReload } from '../config-reload.js';
import { reloadOnChange } from './reload-on-change.js';
import { EXIT } from './exit-code.js';

/** How long the process stays when everything is closed and something still runs, in milliseconds. */
const LAST_MOMENTS = 1000;

/**
 * Serves until SIGTERM or SIGINT. `configPath`: absent for the configuration that comes with the package. Resolves with the
 * exit code: 0 after an orderly end, 1 where the server could not start.
 */
export async function serve(configPath: string | undefined): Promise<number> {
  const loaded = await loadConfig(configPath);
  const { config, path, warnings } = loaded;
  const plugins = await loadPluginsOf(loaded);
  const foundations = await foundationsOf(config, plugins);
  const { logger } = foundations;
  for (const warning of warnings) logger.warn({ config: path }, warning);
  tellOfPlugins(plugins, logger);
  const hasContributed = plugins.loaded.some(({ plugin }) => (plugin.credentialBackends ?? []).length > 0);
  const access = { ...authSettingsOf(config.http, config.http.tls), hasContributed };
  for (const notice of accessNotices(access, config.http.address)) logger.warn({ event: 'access' }, notice);
  const application = await blamingFile(path, () => bootstrap(foundations));
  const stopped = signalled();
  try {
    // The listener opens at once, so that probes are answered while migrations run.
    await listen(application, config.http);
    const url = urlOf(application.getHttpServer().address(), config.http.tls !== undefined);
    logger.info({ event: 'listening', url, config: relative('.', path) }, `listening on ${url}`);
    await open(application, foundations);
    logger.info(
      { event: 'ready', url },
      `ready: skopeo copy --dest-tls-verify=false docker://… docker://${new URL(url).host}/hello:1`,
    );
  } catch (cause) {
    logger.error({ err: cause }, 'the server could not start');
    if (cause instanceof MetadataError || cause instanceof StorageError)
      process.stderr.write(`berth: ${cause.message}\n`);
    await application.close();
    await Promise.all([logger.close(), foundations.audit.close()]);
    return EXIT.failure;
  }
  endLeanStart();
  const endReloading = reloadOnChange(new ConfigReload(application, config, path), loaded, logger);
  const signal = await stopped;
  endReloading();
  logger.info({ signal }, 'stopping: transfers under way may finish');
  await shutDown(application, foundations, config.http.drainTimeout);
  // What a plugin has left running holds the process no longer than this.
  setTimeout(() => process.exit(EXIT.ok), LAST_MOMENTS).unref();
  return EXIT.ok;
}

function tellOfPlugins({ loaded, failed, disabled }: Plugins, logger: RegistryLogger): void {
  const enabled = loaded.map(({ name }) => name);
  if (enabled.length > 0 || disabled.length > 0) logger.info({ event: 'plugins', enabled, disabled }, 'plugins');
  for (const { name, error } of failed) logger.error({ plugin: name, err: error }, `the plugin ${name} has failed`);
}

function signalled(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
}

function urlOf(address: ReturnType<import('node:net').Server['address']>, isTls: boolean): string {
  const scheme = isTls ? 'https' : 'http';
  if (address === null || typeof address === 'string') return `${scheme}://${String(address)}`;
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `${scheme}://${host}:${String(address.port)}`;
}
