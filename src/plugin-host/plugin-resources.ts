import type { Meter, Plugin, PluginDatabase, PluginFiles } from '@berth/sdk';

/** What the server has for each plugin apart: its tables and its files. */
export abstract class PluginResources {
  /** The meter of the whole server. */
  abstract readonly meter: Meter;
  /** The tables of a plugin, opened when the server opens its data. */
  abstract databaseOf(plugin: string, definition: Pick<Plugin, 'migrations' | 'hasDerivedTables'>): PluginDatabase;
  abstract filesOf(plugin: string): PluginFiles;
}
