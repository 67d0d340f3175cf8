import type { RouteDescription } from '@berth/sdk';

/** A route as the document tells of it. */
export interface DescribedRoute {
  /** `distribution`, `server`, or the plugin that it is of. */
  readonly tag: string;
  readonly method: string;
  /** With its parameters: `/v2/:name/tags/list`. */
  readonly path: string;
  readonly description: RouteDescription | undefined;
}

/** `route`: its method and its path. */
export function described(tag: string, route: string, description: RouteDescription | undefined): DescribedRoute {
  const [method = '', path = ''] = route.split(' ');
  return { tag, method, path, description };
}
