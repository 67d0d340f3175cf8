import 'reflect-metadata';

/** What a route asks of who calls it. */
export type RouteAccess =
  | { readonly kind: 'public' }
  | { readonly kind: 'listing' }
  | { readonly kind: 'permission'; readonly permission: string };

const ROUTE_ACCESS = Symbol.for('berth.route-access');
const PLUGIN_ROUTES = Symbol.for('berth.plugin-routes');

type Decorated = (target: object, property?: string | symbol, descriptor?: PropertyDescriptor) => void;

/** The route, or every route of the controller, is for whoever holds `permission` of this plugin. */
export function Requires(permission: string): Decorated {
  return declare({ kind: 'permission', permission });
}

/** The route, or every route of the controller, is for everyone, known or not. */
export function Public(): Decorated {
  return declare({ kind: 'public' });
}

/**
 * The route, or every route of the controller, shows of each repository only what whoever asks may read, for which it asks AccessControl
 * itself: for those who are known, and for everyone where some repository is for everyone.
 */
export function Listing(): Decorated {
  return declare({ kind: 'listing' });
}

function declare(access: RouteAccess): Decorated {
  return (target, _property, descriptor) => {
    Reflect.defineMetadata(ROUTE_ACCESS, access, (descriptor?.value as object | undefined) ?? target);
  };
}

/** What the route of `handler` in `controller` declares; `undefined` where neither declares anything: nobody may call it. */
export function routeAccessOf(controller: object, handler: object): RouteAccess | undefined {
  return (Reflect.getMetadata(ROUTE_ACCESS, handler) ?? Reflect.getMetadata(ROUTE_ACCESS, controller)) as
    RouteAccess | undefined;
}

/** For the host: marks a controller as one of `plugin`. */
export function markPluginRoutes(controller: object, plugin: string): void {
  Reflect.defineMetadata(PLUGIN_ROUTES, plugin, controller);
}

/** Whose controller it is; `undefined` for one of core. */
export function pluginOfRoutes(controller: object): string | undefined {
  return Reflect.getMetadata(PLUGIN_ROUTES, controller) as string | undefined;
}
