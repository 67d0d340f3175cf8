import { Injectable } from '@nestjs/common';
import { Meter, type PluginDatabase, type PluginFiles } from '@berth/sdk';
import { PluginResources } from './plugin-resources.js';

/** Tables and files of plugins; being built. */
@Injectable()
export class PluginData extends PluginResources {
  constructor(readonly meter: Meter) {
    super();
  }

  databaseOf(): PluginDatabase {
    return {} as PluginDatabase;
  }

  filesOf(): PluginFiles {
    return {} as PluginFiles;
  }
}
