import { DEFAULT_STORE, parseRepositoryName, type RepositoryName } from '@berth/sdk';

/** Stands for the repositories whose name has no slash. */
const TOP = '/';

/** Whether `route` may be a key of `storage.subPaths`: a slash, and the start of the names that it is for. */
export function isRoute(route: string): boolean {
  return route === TOP || (route.startsWith('/') && parseRepositoryName(route.slice(1)) !== undefined);
}

/** Which store the repositories of a name belong to by `storage.subPaths`. The store of a route has its name. */
export class StoreRoutes {
  /** The longest first: it is the one that decides. */
  readonly #routes: readonly string[];

  constructor(routes: Iterable<string>) {
    this.#routes = [...routes].sort((one, other) => other.length - one.length);
  }

  /** As in zot, `/a` is for what lies below `a`, and not for a repository that is called `a`. */
  storeOf(name: RepositoryName): string {
    const path = name.includes('/') ? `/${name}` : TOP;
    return this.#routes.find((route) => (path === TOP ? route === TOP : path.startsWith(`${route}/`))) ?? DEFAULT_STORE;
  }
}
