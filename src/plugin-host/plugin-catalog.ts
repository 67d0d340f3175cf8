import { type Gauge, Meter, type Permission } from '@berth/sdk';
import { Inject, Injectable } from '@nestjs/common';
import type { Extension, PluginState } from './extension.js';
import type { LoadedPlugin, Plugins } from './loaded-plugin.js';
import { PluginError } from './plugin-error.js';
import {
  endpointsOf,
  mountedRoutes,
  PLUGIN_ROUTES_PREFIX,
  type PluginRoute,
  routesIn,
  staticEndpointsOf,
} from './plugin-routes.js';
import { zotExtension } from './zot-extension.js';

/** The token under which app.module binds what was loaded. */
export const PLUGINS = Symbol('Plugins');

/** Which plugins there are, in which state, and what they add to the API. */
@Injectable()
export class PluginCatalog {
  readonly #failures = new Map<string, PluginError>();
  readonly #state: Gauge;

  constructor(
    @Inject(PLUGINS) private readonly plugins: Plugins,
    meter: Meter,
  ) {
    this.#state = meter.gauge({ name: 'berth_plugin_state', help: '1 for the state that a plugin is in, else 0.' });
    for (const { name } of plugins.loaded) this.#report(name, 'enabled');
    for (const name of plugins.disabled) this.#report(name, 'disabled');
    for (const { name, error } of plugins.failed) this.markFailed(name, error);
  }

  get loaded(): readonly LoadedPlugin[] {
    return this.plugins.loaded;
  }

  /** `undefined` for a plugin that the configuration does not name. */
  stateOf(name: string): PluginState | undefined {
    if (this.#failures.has(name)) return 'failed';
    if (this.plugins.disabled.includes(name)) return 'disabled';
    return this.plugins.loaded.some((plugin) => plugin.name === name) ? 'enabled' : undefined;
  }

  /** The server goes on without it: its routes answer 503. */
  markFailed(name: string, error: PluginError): void {
    this.#failures.set(name, error);
    this.#report(name, 'failed');
  }

  /** What each plugin answers, its static files among it. */
  routes(): readonly (PluginRoute & { readonly plugin: string })[] {
    return this.plugins.loaded.flatMap(({ name, plugin, config }) => {
      const routes = mountedRoutes(plugin, config).flatMap(routesIn);
      const files = staticEndpointsOf(plugin).map((endpoint): PluginRoute => {
        const [method = '', path = ''] = endpoint.split(' ');
        return { method, path, access: { kind: 'public' }, description: undefined };
      });
      return [...routes, ...files].map((route) => ({ ...route, plugin: name }));
    });
  }

  /** What access rules may name, as `<plugin>.<permission>`. */
  permissions(): readonly Permission[] {
    return this.plugins.loaded.flatMap(({ name, plugin }) =>
      (plugin.permissions ?? []).map((permission) => ({ ...permission, name: `${name}.${permission.name}` })),
    );
  }

  extensions(): readonly Extension[] {
    const loaded = this.plugins.loaded.map((plugin) => this.#extensionOf(plugin));
    const absent = [...this.plugins.failed.map(({ name }) => name), ...this.plugins.disabled];
    const own = [...loaded, ...absent.map((name) => this.#describe(name))];
    return [...own, ...zotExtension(own)];
  }

  #extensionOf({ name, plugin, config }: LoadedPlugin): Extension {
    const endpoints = [...mountedRoutes(plugin, config).flatMap(endpointsOf), ...staticEndpointsOf(plugin)];
    return {
      ...this.#describe(name),
      description: plugin.description ?? '',
      endpoints: [...new Set(endpoints.map((endpoint) => endpoint.slice(endpoint.indexOf('/'))))],
      panels: plugin.panels ?? [],
    };
  }

  #describe(name: string): Extension {
    const url = `${PLUGIN_ROUTES_PREFIX}/${name}`;
    return { name, url, description: '', endpoints: [], state: this.stateOf(name) ?? 'failed', panels: [] };
  }

  #report(plugin: string, current: PluginState): void {
    for (const state of ['enabled', 'failed', 'disabled'])
      this.#state.set(state === current ? 1 : 0, { plugin, state });
  }
}
