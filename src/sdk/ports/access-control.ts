import type { Action } from '../oci/endpoint.js';
import type { RepositoryName } from '../oci/repository-name.js';

/** Who may do what. */
export abstract class AccessControl {
  /** True where `actor` (absent: anonymous) may do `action` in `repository`. */
  abstract may(actor: string | undefined, action: Action, repository: RepositoryName): boolean;
  /** True where `actor` holds a permission that a plugin has declared, named `<plugin>.<permission>`. */
  abstract holds(actor: string | undefined, permission: string): boolean;
}
