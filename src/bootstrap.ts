import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Tracing } from '@berth/sdk';
import type { RegistryApplication } from './http/exchange.js';
import { AuthState } from './auth/auth-state.js';
import { CacheKeeper } from './content/eviction/cache-keeper.js';
import { AppModule, type Foundations } from './app.module.js';
import { preparePlugins } from './plugin-host/prepare-plugins.js';
import { tryPlugins } from './plugin-trial.js';
import { Readiness } from './health/readiness.js';
import { DenialAnswer } from './http/denial-answer.js';
import { createFastifyAdapter } from './http/fastify.adapter.js';
import { HttpOptions } from './http/http-options.js';
import { OciExceptionFilter } from './http/oci-exception.filter.js';
import { RepositoryResolution } from './http/repository-resolution.js';
import { installRequestHooks } from './http/request-hooks.js';
import { RequestRecord } from './http/request-record.js';
import type { TlsFiles } from './http/tls/tls-files.js';
import { StorePlaces } from './content/repositories/store-places.js';
import { InMemoryMeter } from './metering/in-memory-meter.js';
import { HookRunner } from './plugin-host/hook-runner.js';
import { PluginActivation } from './plugin-host/plugin-activation.js';
import { JobScheduler } from './jobs/job-scheduler.js';

/** The parts of the server that are exported for tests of plugins and of the server itself. */
export { RegistryConfig } from './config/registry.config.js';
export { dataOf, foundationsOf } from './foundations.js';
export { tryPlugins } from './plugin-trial.js';
export { ConfigReload } from './config-reload.js';
export { InMemoryMeter } from './metering/in-memory-meter.js';
export { listen } from './http/listen.js';
export { AuditLog } from './logging/audit-log.js';
export { type GivenPlugin, givenPlugins } from './plugin-host/given-plugins.js';
export { PluginLoadError } from './plugin-host/plugin-load-error.js';
export { RegistryLogger } from './logging/registry-logger.js';
export { routesOf } from './http/route-list.js';
export type { Foundations } from './app.module.js';

/** How often connections that have fallen idle are closed while the server drains, in milliseconds. */
const IDLE_SWEEP = 50;
/** How long transactions of plugins may take to end where nobody says otherwise, in milliseconds. */
const CLOSING_TIME = 5000;

/**
 * Builds the application without listening and without touching the disk.
 *
 * @throws PluginLoadError where plugins cannot be constructed that the server cannot do without; it is built without others
 * @throws TlsFault where a file of `http.tls` cannot be used
 */
export async function bootstrap(foundations: Foundations): Promise<RegistryApplication> {
  const { tls } = foundations.config.http;
  const files = tls && (await (await import('./http/tls/tls-files.js')).readTlsFiles(tls));
  try {
    return await build(foundations, files);
  } catch (cause) {
    const plugins = await tryPlugins(foundations);
    // No plugin is at fault.
    if (plugins.loaded.length === foundations.plugins.loaded.length) throw cause;
    for (const { name, error } of plugins.failed) {
      if (foundations.plugins.failed.every((known) => known.name !== name)) {
        foundations.logger.error({ plugin: name, err: error }, `the plugin ${name} has failed`);
      }
    }
    return build({ ...foundations, plugins }, files);
  }
}

async function build(foundations: Foundations, tls: TlsFiles | undefined): Promise<RegistryApplication> {
  const adapter = createFastifyAdapter(foundations.config.http, tls);
  const application = await NestFactory.create<RegistryApplication>(AppModule.over(foundations), adapter, {
    bodyParser: false,
    logger: foundations.logger,
    abortOnError: false,
  });
  const [options, record, serving] = [
    application.get(HttpOptions),
    application.get(RequestRecord),
    application.get(Readiness),
  ];
  const tracing = application.get(Tracing);
  installRequestHooks(adapter.getInstance(), { options, record, serving, tracing });
  if (foundations.plugins.loaded.some(({ plugin }) => plugin.repositoryResolver)) {
    application.get(RepositoryResolution).install(adapter.getInstance());
  }
  if (tls) {
    const { installTls } = await import('./http/tls/tls-listener.js');
    installTls(adapter.getInstance(), tls, { logger: foundations.logger, meter: application.get(InMemoryMeter) });
  }
  application.useGlobalFilters(new OciExceptionFilter(foundations.logger, application.get(DenialAnswer)));
  try {
    await application.init();
    preparePlugins(application);
  } catch (cause) {
    // What plugins have begun by then would be in the way of those that are tried again.
    await application.close();
    throw cause;
  }
  return application;
}

/** The parts of the server without HTTP and without jobs, not opened yet: for commands. The caller closes context and database. */
export async function buildContext(foundations: Foundations): Promise<INestApplicationContext> {
  const context = await NestFactory.createApplicationContext(AppModule.over(foundations), {
    logger: foundations.logger,
    abortOnError: false,
  });
  preparePlugins(context);
  return context;
}

/** As `buildContext`, opened. */
export async function openContext(foundations: Foundations): Promise<INestApplicationContext> {
  const context = await buildContext(foundations);
  await openData(context, foundations);
  return context;
}

/** Opens, locks and migrates what is kept on disk, then lets the plugins work on it. */
export async function openData(context: INestApplicationContext, foundations: Foundations): Promise<void> {
  const { database, pluginDatabases, stores } = foundations;
  await database.open();
  await stores.prepare();
  await context.get(StorePlaces).refuseUnknown();
  const failures = await pluginDatabases.open();
  context.get(PluginActivation).activate(failures);
}

/** Closes what `openData` opened. Transactions of plugins that take longer than `within` milliseconds are rolled back. */
export async function closeData({ database, pluginDatabases }: Foundations, within = CLOSING_TIME): Promise<void> {
  await pluginDatabases.close(within);
  await database.close();
}

/** Opens and migrates what `bootstrap` left closed, and takes requests from then on. */
export async function open(application: RegistryApplication, foundations: Foundations): Promise<void> {
  await openData(application, foundations);
  const readiness = application.get(Readiness);
  const auth = application.get(AuthState);
  await auth.open();
  for (const line of await application.get(StorePlaces).leftBehind()) foundations.logger.warn({ event: 'store' }, line);
  readiness.add({ name: 'authentication', critical: false, check: (signal) => auth.probe(signal) });
  readiness.watch({ name: 'database', check: () => foundations.database.failure });
  await application.get(CacheKeeper).start();
  await application.get(JobScheduler).start();
  readiness.advance('ready');
}

/**
 * Takes no new requests, waits at most `drainTimeout` milliseconds for those under way, cuts the rest, and closes what `open`
 * opened.
 */
export async function shutDown(
  application: RegistryApplication,
  foundations: Foundations,
  drainTimeout: number,
): Promise<void> {
  const { logger, audit } = foundations;
  const end = performance.now() + drainTimeout;
  const left = (): number => Math.max(end - performance.now(), 0);
  application.get(Readiness).advance('stopping');
  const server = application.getHttpServer();
  const cut = setTimeout(() => {
    logger.warn('the time to drain is over: what is still running is cut');
    server.closeAllConnections();
  }, drainTimeout);
  // A connection that falls idle after its last transfer would otherwise keep the server up until the client closes it.
  const closeIdle = setInterval(() => {
    server.closeIdleConnections();
  }, IDLE_SWEEP);
  const hooks = application.get(HookRunner);
  // While the plugins are whole: what the last requests tell them follows.
  await Promise.all([application.get(JobScheduler).stop(left()), hooks.drain(left())]);
  await application.close();
  clearTimeout(cut);
  clearInterval(closeIdle);
  await hooks.stop(left());
  await closeData(foundations, left());
  logger.info('stopped');
  await Promise.all([logger.close(), audit.close()]);
}
