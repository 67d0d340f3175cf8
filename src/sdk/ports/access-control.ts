import type { Action } from '../oci/endpoint.js';
import type { RepositoryName } from '../oci/repository-name.js';
import type { Identity } from './identity.js';

/** Who may do what. */
export abstract class AccessControl {
  /** True where whoever asks may do `action` in `repository`. */
  abstract may(identity: Identity, action: Action, repository: RepositoryName): boolean;
  /** True where a list that `identity` asked for may name the repository: what it says of it is asked for again. */
  abstract maySee(identity: Identity, repository: RepositoryName): boolean;
  /** @throws AccessDeniedError where whoever asks may not do `action` in `repository` */
  abstract require(identity: Identity, action: Action, repository: RepositoryName): void;
  /** True where whoever asks may delete a manifest by its digest only while no more than one tag names it: zot's `detectManifestCollision`. */
  abstract detectsCollisions(identity: Identity, repository: RepositoryName): boolean;
  /** True where whoever asks holds a permission that a plugin has declared, named `<plugin>.<permission>`. */
  abstract holds(identity: Identity, permission: string): boolean;
}
