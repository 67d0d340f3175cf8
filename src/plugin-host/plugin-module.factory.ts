import { type DynamicModule, Module, type Provider, type Type, UseGuards } from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import {
  markPluginRoutes,
  Meter,
  PluginDatabase,
  PluginFiles,
  PluginLogger,
  type Plugin,
  type StaticFiles,
} from '@berth/sdk';
import { RegistryLogger } from '../logging/registry-logger.js';
import type { LoadedPlugin } from './loaded-plugin.js';
import { PluginError } from './plugin-error.js';
import { PluginLog } from './plugin-log.js';
import { type MountedRoute, mountedRoutes, PLUGIN_ROUTES_PREFIX } from './plugin-routes.js';
import { PluginResources } from './plugin-resources.js';
import { PluginStateGuard } from './plugin-state.guard.js';
import { ScopedMeter } from './scoped-meter.js';
import { staticFilesController } from './static-files.controller.js';

/** The module of a plugin, and of each path it claims. */
export interface PluginModules {
  readonly plugin: LoadedPlugin;
  /** The one that provides what the plugin contributes. */
  readonly main: DynamicModule;
  readonly modules: readonly DynamicModule[];
}

/** Builds the Nest module of a plugin: it imports nothing but `ports`, and provides what it contributes. */
export function pluginModules(plugin: LoadedPlugin, ports: Type<object>): PluginModules {
  const type = namedClass(`${plugin.name}-plugin`);
  const routes = mountedRoutes(plugin.plugin, plugin.config);
  const providers = [...ownPorts(plugin), ...contributions(plugin.plugin)];
  const main: DynamicModule = {
    module: type,
    imports: [ports],
    providers: [...providers, PluginStateGuard],
    controllers: [
      ...routes.filter(({ isClaimed }) => !isClaimed).map((route) => ownedController(plugin, route)),
      ...staticControllers(plugin),
    ],
    exports: providers.map(tokenOf),
  };
  const claims = routes.filter(({ isClaimed }) => isClaimed).map((route) => claimModule(plugin, route, [main, ports]));
  const base = RouterModule.register([{ path: `${PLUGIN_ROUTES_PREFIX}/${plugin.name}`, module: type }]);
  return { plugin, main, modules: [main, base, ...claims.flat()] };
}

/** What every plugin gets for itself alone. */
function ownPorts({ name, plugin, config }: LoadedPlugin): Provider[] {
  return [
    ...(plugin.config ? [{ provide: plugin.config, useValue: config }] : []),
    {
      provide: PluginLogger,
      useFactory: (logger: RegistryLogger) => new PluginLog(name, logger),
      inject: [RegistryLogger],
    },
    {
      provide: Meter,
      useFactory: ({ meter }: PluginResources) => new ScopedMeter(name, meter),
      inject: [PluginResources],
    },
    {
      provide: PluginDatabase,
      useFactory: (resources: PluginResources) => resources.databaseOf(name, plugin),
      inject: [PluginResources],
    },
    {
      provide: PluginFiles,
      useFactory: (resources: PluginResources) => resources.filesOf(name),
      inject: [PluginResources],
    },
  ];
}

/** Every class that the plugin contributes, once. */
function contributions(plugin: Plugin): Provider[] {
  const { hooks, providers, jobs, health, commands, reconfigure, repositoryResolver, vulnerabilityScanner } = plugin;
  const classes = [
    ...Object.values(hooks ?? {}).flat(),
    ...(jobs ?? []),
    ...(health ?? []),
    ...(commands ?? []),
    ...(plugin.credentialBackends ?? []),
    ...Object.values(plugin.upstreamCredentials ?? {}),
    ...(reconfigure ? [reconfigure] : []),
    ...(repositoryResolver ? [repositoryResolver] : []),
    ...(vulnerabilityScanner ? [vulnerabilityScanner] : []),
  ] as Provider[];
  const provided = new Set((providers ?? []).map(tokenOf));
  return [...(providers ?? []), ...new Set(classes.filter((type) => !provided.has(tokenOf(type))))];
}

function tokenOf(provider: Provider): Type<object> | string | symbol {
  return (typeof provider === 'function' ? provider : provider.provide) as Type<object> | string | symbol;
}

function staticControllers(plugin: LoadedPlugin): Type<object>[] {
  return (plugin.plugin.staticFiles ?? []).map((files) =>
    ownedController(plugin, {
      controller: staticFilesController(files, rootOf(plugin, files)),
      path: '',
      isClaimed: false,
    }),
  );
}

/** What a relative folder of static files is relative to. */
function rootOf({ name, root }: LoadedPlugin, { folder }: StaticFiles): string {
  if (root !== undefined || typeof folder !== 'string') return root ?? '';
  throw new PluginError(
    name,
    'construction',
    'the folder of its static files must be a file URL, since it lies in no package',
  );
}

/** A controller there may inject what those below the plugin's own path may: what the plugin provides, and ports. */
function claimModule(
  plugin: LoadedPlugin,
  route: MountedRoute,
  imports: (DynamicModule | Type<object>)[],
): DynamicModule[] {
  const type = namedClass(`${plugin.name}-plugin-at-${route.path}`);
  const module = {
    module: type,
    imports,
    providers: [PluginStateGuard],
    controllers: [ownedController(plugin, route)],
  };
  return [module, RouterModule.register([{ path: route.path, module: type }])];
}

/** A class of this server's own, so that what is marked on it is not marked for another server in the same process. */
function ownedController({ name }: LoadedPlugin, { controller }: MountedRoute): Type<object> {
  const owned = { [controller.name]: class extends controller {} }[controller.name] ?? controller;
  markPluginRoutes(owned, name);
  UseGuards(PluginStateGuard)(owned);
  return owned;
}

@Module({})
class PluginModule {}

/** A class of its own: Nest knows modules by their classes. */
function namedClass(name: string): Type<object> {
  return { [name]: class extends PluginModule {} }[name] ?? PluginModule;
}
