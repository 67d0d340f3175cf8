import type { AccessControlConfig } from './access-control.config.js';
import type { Standing } from './standing.js';

interface Holders {
  readonly users: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
  readonly authenticated: boolean;
  readonly anonymous: boolean;
}

const METRICS_READ = 'metrics.read';

/** Who holds what the routes of plugins ask for. */
export class Permissions {
  readonly #holders = new Map<string, Holders[]>();

  constructor({ permissions, metrics }: AccessControlConfig) {
    for (const [name, { users, groups, authenticated, anonymous }] of permissions) {
      this.#add(name, { users: new Set(users), groups: new Set(groups), authenticated, anonymous });
    }
    if (metrics) {
      const anonymous = metrics.anonymousPolicy.includes('read');
      this.#add(METRICS_READ, { users: new Set(metrics.users), groups: new Set(), authenticated: false, anonymous });
    }
  }

  held({ user, groups, isAdmin }: Standing, permission: string): boolean {
    if (isAdmin) return true;
    const holders = this.#holders.get(permission) ?? [];
    return holders.some(
      (entry) =>
        entry.anonymous ||
        (user !== undefined &&
          (entry.authenticated || entry.users.has(user) || groups.some((group) => entry.groups.has(group)))),
    );
  }

  #add(permission: string, holders: Holders): void {
    this.#holders.set(permission, [...(this.#holders.get(permission) ?? []), holders]);
  }
}
