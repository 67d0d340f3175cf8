import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { pluginOfRoutes, RegistryError } from '@berth/sdk';
import { PluginCatalog } from './plugin-catalog.js';

/** The routes of a plugin that has failed answer 503. */
@Injectable()
export class PluginStateGuard implements CanActivate {
  constructor(private readonly catalog: PluginCatalog) {}

  canActivate(context: ExecutionContext): boolean {
    const plugin = pluginOfRoutes(context.getClass());
    if (plugin === undefined || this.catalog.stateOf(plugin) === 'enabled') return true;
    throw new RegistryError('UNKNOWN', { status: 503, message: `the plugin ${plugin} has failed` });
  }
}
