import { join } from 'node:path';
import type { FactoryProvider } from '@nestjs/common';
import { Meter, type Plugin, type PluginDatabase, type PluginFiles } from '@berth/sdk';
import type { PluginDatabases } from '../metadata/plugin-databases.js';
import { PluginFileStore } from './plugin-file-store.js';
import { PluginResources } from './plugin-resources.js';

/** Below the root folder: a folder for each plugin. */
export const PLUGINS_FOLDER = 'plugins';

export interface PluginDataOptions {
  readonly databases: PluginDatabases;
  /** The folder that has a folder for each plugin. */
  readonly folder: string;
  /** False: a file does not wait for the disk (zot's `storage.commit`). */
  readonly durable: boolean;
}

/** Tables and files of plugins, kept where the server keeps its own. */
export class PluginData extends PluginResources {
  constructor(
    readonly meter: Meter,
    private readonly options: PluginDataOptions,
  ) {
    super();
  }

  static over(options: PluginDataOptions): FactoryProvider<PluginResources> {
    return { provide: PluginResources, useFactory: (meter: Meter) => new PluginData(meter, options), inject: [Meter] };
  }

  databaseOf(plugin: string, definition: Pick<Plugin, 'migrations' | 'hasDerivedTables'>): PluginDatabase {
    const { migrations, hasDerivedTables: isDerived = false } = definition;
    return this.options.databases.databaseOf(plugin, migrations, { isDerived });
  }

  filesOf(plugin: string): PluginFiles {
    const { folder, durable } = this.options;
    return new PluginFileStore(join(folder, plugin), durable);
  }
}
