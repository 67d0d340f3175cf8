import type { FastifyInstance } from 'fastify';
import type { RegistryApplication } from './exchange.js';

/** A route as it was registered: its path with `:parameters`. */
export interface ListedRoute {
  readonly method: string;
  readonly url: string;
}

declare module 'fastify' {
  interface FastifyInstance {
    routeList: readonly ListedRoute[];
  }
}

/** Writes down every route that is registered from now on, whoever registers it. */
export function listRoutes(fastify: FastifyInstance): void {
  const routes: ListedRoute[] = [];
  fastify.decorate('routeList', routes);
  fastify.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) routes.push({ method: one, url });
  });
}

/** Every route of the server, so that a test can see that the guard stands before each. */
export function routesOf(application: RegistryApplication): readonly ListedRoute[] {
  return application.getHttpAdapter().getInstance().routeList;
}
