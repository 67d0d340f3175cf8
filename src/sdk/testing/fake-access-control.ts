import { AccessDeniedError } from '../errors/access-denied-error.js';
import type { Action } from '../oci/endpoint.js';
import type { RepositoryName } from '../oci/repository-name.js';
import { AccessControl } from '../ports/access-control.js';
import type { Identity } from '../ports/identity.js';

export interface Grants {
  /** Default: everyone may do everything. */
  readonly may?: (identity: Identity, action: Action, repository: RepositoryName) => boolean;
  /** Permissions, `<plugin>.<name>`, by user. */
  readonly held?: Readonly<Record<string, readonly string[]>>;
}

/** Allows what it is told to. */
export class FakeAccessControl extends AccessControl {
  constructor(private readonly grants: Grants = {}) {
    super();
  }

  may(identity: Identity, action: Action, repository: RepositoryName): boolean {
    return this.grants.may?.(identity, action, repository) ?? true;
  }

  maySee(identity: Identity, repository: RepositoryName): boolean {
    return this.may(identity, 'read', repository);
  }

  require(identity: Identity, action: Action, repository: RepositoryName): void {
    if (!this.may(identity, action, repository)) throw new AccessDeniedError({ action, repository, rule: 'a fake' });
  }

  detectsCollisions(): boolean {
    return false;
  }

  holds({ user }: Identity, permission: string): boolean {
    const { held } = this.grants;
    return held === undefined || (user !== undefined && (held[user]?.includes(permission) ?? false));
  }
}
