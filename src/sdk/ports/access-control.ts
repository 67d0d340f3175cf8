import type { Action } from '../oci/endpoint.js';
import type { RepositoryName } from '../oci/repository-name.js';
import type { Identity } from './identity.js';

/** Who may do what. */
export abstract class AccessControl {
  /** True where whoever asks may do `action` in `repository`. */
  abstract may(identity: Identity, action: Action, repository: RepositoryName): boolean;
  /** True where whoever asks holds a permission that a plugin has declared, named `<plugin>.<permission>`. */
  abstract holds(identity: Identity, permission: string): boolean;
}
