import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { AccessControl, pluginOfRoutes, RegistryError, type RouteAccess, routeAccessOf } from '@berth/sdk';
import type { HttpRequest } from '../http/exchange.js';

/**
 * The one guard that every route passes. What is asked of the routes of the API itself is decided by the access policy, and today that
 * is nothing; a route of a plugin is for nobody unless it says for whom it is.
 */
@Injectable()
export class RegistryAuthGuard implements CanActivate {
  readonly #decisions = new WeakMap<object, RouteAccess | 'core' | 'undeclared'>();

  constructor(private readonly access: AccessControl) {}

  canActivate(context: ExecutionContext): boolean {
    const handler = context.getHandler();
    let declared = this.#decisions.get(handler);
    if (declared === undefined) {
      declared = this.#declaredBy(context.getClass(), handler);
      this.#decisions.set(handler, declared);
    }
    return declared === 'core' || this.#decide(declared, context);
  }

  #declaredBy(controller: object, handler: object): RouteAccess | 'core' | 'undeclared' {
    const plugin = pluginOfRoutes(controller);
    if (plugin === undefined) return 'core';
    const access = routeAccessOf(controller, handler);
    if (access?.kind !== 'permission') return access ?? 'undeclared';
    return { kind: 'permission', permission: `${plugin}.${access.permission}` };
  }

  #decide(declared: RouteAccess | 'undeclared', context: ExecutionContext): boolean {
    if (declared === 'undeclared')
      throw new RegistryError('DENIED', { detail: { reason: 'the route says not for whom it is' } });
    if (declared.kind === 'public') return true;
    const { identity } = context.switchToHttp().getRequest<HttpRequest>().facts;
    const { permission } = declared;
    if (this.access.holds(identity, permission)) return true;
    throw new RegistryError('DENIED', { detail: { permission } });
  }
}
