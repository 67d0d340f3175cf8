import { type DynamicModule, type FactoryProvider, Module, type Provider, type Type } from '@nestjs/common';
import { ContributedCredentials, Notifier, VulnerabilityScanner } from '@berth/sdk';
import { ContributedScanner } from './contributed-scanner.js';
import { ContributedServices } from './contributed-services.js';
import { HookLimits } from './hook-limits.js';
import { HookRegistry } from './hook-registry.js';
import { HookRunner } from './hook-runner.js';
import type { Plugins } from './loaded-plugin.js';
import { PluginActivation } from './plugin-activation.js';
import { PluginCatalog, PLUGINS } from './plugin-catalog.js';
import { pluginModules, type PluginModules } from './plugin-module.factory.js';
import { PluginCredentials } from './plugin-credentials.js';
import { PluginCommands } from './plugin-commands.js';
import { PluginReload } from './plugin-reload.js';
import { PluginResources } from './plugin-resources.js';
import { UpstreamStores } from './upstream-stores.js';

/** The modules of the plugins, for whoever activates them. */
export const PLUGIN_MODULES = Symbol('PluginModules');

export interface PluginHostOptions {
  readonly plugins: Plugins;
  /** The module that provides the ports: all that a plugin's module imports. */
  readonly ports: Type<object>;
  readonly resources: FactoryProvider<PluginResources>;
}

/** Between the host and the plugins, so that what they export under the same tokens is not taken for the host's own. */
@Module({})
class PluginModulesHolder {}

@Module({})
export class PluginHostModule {
  static over({ plugins, ports, resources }: PluginHostOptions): DynamicModule {
    const modules: readonly PluginModules[] = plugins.loaded.map((plugin) => pluginModules(plugin, ports));
    const shared: Provider[] = [
      HookLimits,
      HookRegistry,
      HookRunner,
      PluginCatalog,
      ContributedScanner,
      { provide: Notifier, useExisting: HookRunner },
      { provide: VulnerabilityScanner, useExisting: ContributedScanner },
      resources,
    ];
    return {
      module: PluginHostModule,
      global: true,
      imports: [{ module: PluginModulesHolder, imports: modules.flatMap((plugin) => plugin.modules) }],
      providers: [
        ...shared,
        PluginActivation,
        ContributedServices,
        PluginReload,
        PluginCommands,
        PluginCredentials,
        { provide: ContributedCredentials, useExisting: PluginCredentials },
        UpstreamStores,
        { provide: PLUGINS, useValue: plugins },
        { provide: PLUGIN_MODULES, useValue: modules },
      ],
      exports: [
        HookLimits,
        HookRegistry,
        HookRunner,
        Notifier,
        PluginCatalog,
        PluginCommands,
        PluginReload,
        PluginResources,
        ContributedCredentials,
        UpstreamStores,
        VulnerabilityScanner,
      ],
    };
  }
}
