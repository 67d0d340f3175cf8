import type { INestApplicationContext } from '@nestjs/common';
import { PluginActivation } from './plugin-activation.js';
import { PLUGIN_MODULES } from './plugin-host.module.js';
import type { PluginModules } from './plugin-module.factory.js';

/**
 * Looks at what the plugins of a server contribute, now that Nest has constructed it.
 *
 * @throws Error where something of it cannot be used
 */
export function preparePlugins(context: INestApplicationContext): void {
  const activation = context.get(PluginActivation);
  for (const plugin of context.get<readonly PluginModules[]>(PLUGIN_MODULES)) {
    activation.prepare(plugin, (module, type) => context.select(module).get(type, { strict: true }));
  }
}
