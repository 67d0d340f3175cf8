import type { LoadedPlugin } from './loaded-plugin.js';
import { PluginError, type PluginProblem } from './plugin-error.js';
import {
  endpointsOf,
  mayClaim,
  type MountedRoute,
  mountedRoutes,
  permissionsOf,
  staticEndpointsOf,
} from './plugin-routes.js';

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** What is wrong with plugins beside each other: names, routes, and what there may be only one of. */
export function checkTogether(plugins: readonly LoadedPlugin[]): PluginError[] {
  const names = nameErrors(plugins);
  const misnamed = new Set(names.map(({ plugin }) => plugin));
  const named = plugins.filter(({ section }) => !misnamed.has(section.key));
  return [...names, ...routeErrors(named), ...permissionErrors(named), ...onlyOneErrors(named), ...helperErrors(named)];
}

function nameErrors(plugins: readonly LoadedPlugin[]): PluginError[] {
  const seen = new Map<string, string>();
  const errors: PluginError[] = [];
  for (const { name, section } of plugins) {
    const { key } = section;
    const other = seen.get(name);
    seen.set(name, key);
    if (!NAME.test(name)) {
      errors.push(
        new PluginError(key, 'name', `its name ${JSON.stringify(name)} is not lower-case words joined by dashes`),
      );
    } else if (other !== undefined) {
      errors.push(new PluginError(key, 'name', `extensions.${other} is the plugin ${name} already`));
    } else if (name !== key) {
      errors.push(new PluginError(key, 'name', `it calls itself ${name}: write its section under extensions.${name}`));
    }
  }
  return errors;
}

function routeErrors(plugins: readonly LoadedPlugin[]): PluginError[] {
  const owners = new Map<string, string>();
  return plugins.flatMap((loaded) => [
    ...mountedRoutes(loaded.plugin, loaded.config).flatMap((route) => errorsOfRoute(loaded.name, route, owners)),
    ...clashesOf(loaded.name, staticEndpointsOf(loaded.plugin), owners),
  ]);
}

function errorsOfRoute(name: string, route: MountedRoute, owners: Map<string, string>): PluginError[] {
  if (route.isClaimed && !mayClaim(name, route.path)) {
    return [new PluginError(name, 'route clash', `it may not have the path ${route.path} for itself`)];
  }
  return clashesOf(name, endpointsOf(route), owners);
}

function clashesOf(name: string, endpoints: readonly string[], owners: Map<string, string>): PluginError[] {
  const errors: PluginError[] = [];
  for (const endpoint of endpoints) {
    const owner = owners.get(endpoint);
    owners.set(endpoint, name);
    const whose = owner === name ? 'twice' : `and so does ${owner ?? ''}`;
    if (owner !== undefined) errors.push(new PluginError(name, 'route clash', `it declares ${endpoint}, ${whose}`));
  }
  return errors;
}

/** A permission that no access rule can name would keep its route from everybody but administrators. */
function permissionErrors(plugins: readonly LoadedPlugin[]): PluginError[] {
  return plugins.flatMap(({ name, plugin, config }) => {
    const declared = new Set((plugin.permissions ?? []).map((permission) => permission.name));
    const asked = new Set(mountedRoutes(plugin, config).flatMap(permissionsOf));
    return [...asked]
      .filter((permission) => !declared.has(permission))
      .map((permission) => {
        const what = `a route of it asks for the permission ${JSON.stringify(permission)}`;
        return new PluginError(name, 'permission', `${what}, which is not among its permissions`);
      });
  });
}

/** What there may be one of on a server: of two, neither is the one that was meant. */
function onlyOneErrors(plugins: readonly LoadedPlugin[]): PluginError[] {
  const resolvers = plugins.filter(({ plugin }) => plugin.repositoryResolver !== undefined);
  const scanners = plugins.filter(({ plugin }) => plugin.vulnerabilityScanner !== undefined);
  return [
    ...allButTheFirst(resolvers, 'resolver', 'resolves repositories'),
    ...allButTheFirst(scanners, 'scanner', 'scans for vulnerabilities'),
  ];
}

function allButTheFirst(
  [first, ...more]: readonly LoadedPlugin[],
  problem: PluginProblem,
  what: string,
): PluginError[] {
  return more.map(
    ({ name }) => new PluginError(name, problem, `it ${what}, and so does ${first?.name ?? ''}; there can be one`),
  );
}

/** A configuration calls a helper by its name alone. */
function helperErrors(plugins: readonly LoadedPlugin[]): PluginError[] {
  const owners = new Map<string, string>();
  return plugins.flatMap(({ name, plugin }) =>
    Object.keys(plugin.upstreamCredentials ?? {}).flatMap((helper) => {
      const owner = owners.get(helper);
      owners.set(helper, owner ?? name);
      const what = `it has a credential helper ${JSON.stringify(helper)}, and so does ${owner ?? ''}`;
      return owner === undefined ? [] : [new PluginError(name, 'credential helper', what)];
    }),
  );
}
