import { join } from 'node:path';
import { type DynamicModule, Module } from '@nestjs/common';
import type { Clock } from '@berth/sdk';
import { AuthModule } from './auth/auth.module.js';
import { authSettingsOf } from './auth-settings-of.js';
import type { RegistryConfig } from './config/registry.config.js';
import { ContentPortsModule } from './content/ports/content-ports.module.js';
import type { Plugins } from './plugin-host/loaded-plugin.js';
import { PluginData, PLUGINS_FOLDER } from './plugin-host/plugin-data.js';
import { ContentModule } from './content/content.module.js';
import { DistributionModule } from './distribution/distribution.module.js';
import { HealthModule } from './health/health.module.js';
import { HttpModule } from './http/http.module.js';
import { JobsModule } from './jobs/jobs.module.js';
import type { AuditLog } from './logging/audit-log.js';
import { LoggingModule } from './logging/logging.module.js';
import type { RegistryLogger } from './logging/registry-logger.js';
import type { Database } from './metadata/database.js';
import { MetadataModule } from './metadata/metadata.module.js';
import type { PluginDatabases } from './metadata/plugin-databases.js';
import { MeteringModule } from './metering/metering.module.js';
import { PluginHostModule } from './plugin-host/plugin-host.module.js';
import type { BlobStores } from './storage/blob-stores.js';
import { collectionsOf, configuredStores } from './storage/configured-stores.js';
import { minFreeSpaceOf } from './storage/min-free-space.js';
import { StoreRoutes } from './storage/store-routes.js';

/** What the modules are built over: a test gives its own. */
export interface Foundations {
  readonly config: RegistryConfig;
  readonly plugins: Plugins;
  readonly database: Database;
  readonly pluginDatabases: PluginDatabases;
  readonly stores: BlobStores;
  readonly clock: Clock;
  readonly logger: RegistryLogger;
  readonly audit: AuditLog;
}

/** The composition root: the only list of all feature modules. */
@Module({})
export class AppModule {
  static over({
    config,
    plugins,
    database,
    pluginDatabases,
    stores,
    clock,
    logger,
    audit,
  }: Foundations): DynamicModule {
    const { rootDirectory, commit, subPaths, minFreeSpace } = config.storage;
    const configured = configuredStores(config.storage);
    const resources = PluginData.over({
      databases: pluginDatabases,
      folder: join(rootDirectory, PLUGINS_FOLDER),
      durable: commit,
    });
    const { idleTimeout, writeTimeout, allowOrigin } = config.http;
    return {
      module: AppModule,
      imports: [
        LoggingModule.with(logger, audit),
        MeteringModule,
        HealthModule,
        MetadataModule.over(database),
        PluginHostModule.over({ plugins, ports: ContentPortsModule, resources }),
        AuthModule.over(authSettingsOf(config.http, config.http.tls)),
        JobsModule,
        ContentModule.over({
          stores,
          routes: new StoreRoutes(subPaths.keys()),
          clock,
          minFreeSpace: minFreeSpaceOf(minFreeSpace),
          gcDelay: Math.min(...configured.map(({ gcDelay }) => gcDelay)),
          collections: collectionsOf(configured),
        }),
        ContentPortsModule,
        HttpModule.with({ idleTimeout, writeTimeout, allowOrigin }),
        DistributionModule,
      ],
    };
  }
}
