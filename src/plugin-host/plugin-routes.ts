import type { Type } from '@nestjs/common';
import {
  type ClaimedRoute,
  type Plugin,
  type RouteAccess,
  routeAccessOf,
  type RouteDescription,
  routeDescriptionOf,
} from '@berth/sdk';

/** Every plugin's routes lie below this and its name. */
export const PLUGIN_ROUTES_PREFIX = '/v2/_berth/ext';

/** The paths that plugins which come with the server may claim: zot's, `/metrics`, and `/` for the web interface. */
const CLAIMS: Readonly<Record<string, RegExp>> = {
  // Where the configuration puts it, but not over the API.
  metrics: /^\/(?!(v2|livez|readyz|startupz)(\/|$))[\w./-]+$/,
  search: /^\/v2\/_zot\/ext\/(search|userprefs|mgmt)$/,
  ui: /^\/(?!(v2|livez|readyz|startupz)(\/|$))/,
};

/** A controller and the path it is mounted at. */
export interface MountedRoute {
  readonly controller: Type<object>;
  readonly path: string;
  readonly isClaimed: boolean;
}

/** Where the controllers of a plugin go. */
export function mountedRoutes(plugin: Plugin, config: object): MountedRoute[] {
  return (plugin.routes ?? []).map((route) =>
    isClaim(route)
      ? { controller: route.controller, path: pathOf(route, config), isClaimed: true }
      : { controller: route, path: `${PLUGIN_ROUTES_PREFIX}/${plugin.name}`, isClaimed: false },
  );
}

/** Where the static files of a plugin lie, as `endpointsOf` would say it. */
export function staticEndpointsOf({ name, staticFiles }: Plugin): string[] {
  return (staticFiles ?? []).map(({ path }) => `GET ${joined(PLUGIN_ROUTES_PREFIX, name, path, '*')}`);
}

/** True where `plugin` may have `path` for itself. */
export function mayClaim(plugin: string, path: string): boolean {
  return Object.hasOwn(CLAIMS, plugin) && (CLAIMS[plugin]?.test(path) ?? false);
}

function isClaim(route: Type<object> | ClaimedRoute<object>): route is ClaimedRoute<object> {
  return typeof route === 'object';
}

function pathOf({ path }: ClaimedRoute<object>, config: object): string {
  return typeof path === 'string' ? path : path(config);
}

/** One route of a plugin. */
export interface PluginRoute {
  readonly method: string;
  /** With its parameters: `/v2/_berth/ext/quota/:team`. */
  readonly path: string;
  readonly access: RouteAccess | undefined;
  readonly description: RouteDescription | undefined;
}

/** The routes of a mounted controller. */
export function routesIn({ controller, path }: MountedRoute): PluginRoute[] {
  const prototype = controller.prototype as object;
  const routes: PluginRoute[] = [];
  for (const name of methodNames(prototype)) {
    const handler: unknown = Reflect.get(prototype, name);
    if (typeof handler !== 'function') continue;
    const method = Reflect.getMetadata('method', handler) as number | undefined;
    if (method === undefined) continue;
    const [access, description] = [routeAccessOf(controller, handler), routeDescriptionOf(handler)];
    for (const outer of pathsIn(controller))
      for (const inner of pathsIn(handler))
        routes.push({ method: METHODS[method] ?? 'ALL', path: joined(path, outer, inner), access, description });
  }
  return routes;
}

/** Likewise as `GET /path`, with the names of parameters left out: two of the same clash. */
export function endpointsOf(mounted: MountedRoute): string[] {
  return routesIn(mounted).map(({ method, path }) => `${method} ${path.replace(/:[^/]*/g, ':')}`);
}

/** The permissions that the routes of a mounted controller ask for. */
export function permissionsOf(mounted: MountedRoute): string[] {
  return routesIn(mounted).flatMap(({ access }) => (access?.kind === 'permission' ? [access.permission] : []));
}

/** In the order of Nest's RequestMethod. */
const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'ALL', 'OPTIONS', 'HEAD'];

function methodNames(prototype: object): string[] {
  const names = new Set<string>();
  for (
    let at: object | null = prototype;
    at && at !== Object.prototype;
    at = Object.getPrototypeOf(at) as object | null
  )
    for (const name of Object.getOwnPropertyNames(at)) if (name !== 'constructor') names.add(name);
  return [...names];
}

function pathsIn(target: object): string[] {
  const paths = Reflect.getMetadata('path', target) as string | string[] | undefined;
  return paths === undefined ? [''] : [paths].flat();
}

function joined(...parts: readonly string[]): string {
  const segments = parts.flatMap((part) => part.split('/')).filter((segment) => segment !== '');
  return `/${segments.join('/')}`;
}
