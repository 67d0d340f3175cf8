import 'reflect-metadata';
import { type Action, pluginOfRoutes, routeAccessOf } from '@berth/sdk';

/** What a route asks of who calls it. */
export type RouteRule =
  /** It does something to the repository of its path: any of `actions` will do, and content looks closer where there are several. */
  | { readonly kind: 'repository'; readonly actions: readonly Action[] }
  /** It shows what whoever asks may see: for those who are known, and for everyone where some of it is for everyone. */
  | { readonly kind: 'listing' }
  /** `GET /v2/`: tells clients how to show who they are. */
  | { readonly kind: 'ping' }
  /** For everyone, but credentials that come along must be right. */
  | { readonly kind: 'login' }
  /** For those who are known. */
  | { readonly kind: 'known' }
  /** For everyone; credentials are not looked at. */
  | { readonly kind: 'public' }
  /** For who holds it: `<plugin>.<name>`. */
  | { readonly kind: 'permission'; readonly permission: string }
  /** It says nothing, so it is for nobody. */
  | { readonly kind: 'undeclared' };

const ROUTE_RULE = Symbol('berth.route-rule');
const UNDECLARED: RouteRule = { kind: 'undeclared' };

/** Says for whom a route of the server itself is. */
export function Guarded(rule: RouteRule): MethodDecorator {
  return (_target, _property, descriptor) => {
    Reflect.defineMetadata(ROUTE_RULE, rule, descriptor.value as object);
  };
}

/** What the route of `handler` in `controller` declares, in core's words or in those of the SDK. */
export function routeRuleOf(controller: object, handler: object): RouteRule {
  const own = Reflect.getMetadata(ROUTE_RULE, handler) as RouteRule | undefined;
  if (own) return own;
  const access = routeAccessOf(controller, handler);
  if (access?.kind !== 'permission') return access ?? UNDECLARED;
  const plugin = pluginOfRoutes(controller);
  return plugin === undefined ? UNDECLARED : { kind: 'permission', permission: `${plugin}.${access.permission}` };
}
