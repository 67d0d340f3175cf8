import type { Action } from '../oci/endpoint.js';
import type { RepositoryName } from '../oci/repository-name.js';
import { AccessControl } from '../ports/access-control.js';

export interface Grants {
  /** Default: everyone may do everything. */
  readonly may?: (actor: string | undefined, action: Action, repository: RepositoryName) => boolean;
  /** Permissions, `<plugin>.<name>`, by actor. */
  readonly held?: Readonly<Record<string, readonly string[]>>;
}

/** Allows what it is told to. */
export class FakeAccessControl extends AccessControl {
  constructor(private readonly grants: Grants = {}) {
    super();
  }

  may(actor: string | undefined, action: Action, repository: RepositoryName): boolean {
    return this.grants.may?.(actor, action, repository) ?? true;
  }

  holds(actor: string | undefined, permission: string): boolean {
    const { held } = this.grants;
    return held === undefined || (actor !== undefined && (held[actor]?.includes(permission) ?? false));
  }
}
