import type { RepositoryName } from '../oci/repository-name.js';

/** Which repository a request is about, as it says it. */
export interface RepositoryRequest {
  readonly name: RepositoryName;
  /** The value of `?ns=`, which containerd sends to a mirror. */
  readonly namespace: string | undefined;
  /** The `Host` header, without its port. */
  readonly host: string | undefined;
}

export interface ResolvedRepository {
  readonly repository: RepositoryName;
  /** The upstream it mirrors, where it does. */
  readonly upstream: string | undefined;
  /** The store that a new repository is made in; `undefined` for the default one. */
  readonly store: string | undefined;
}

/** Decides, before anything else, which local repository a request means. Called for every request, so it answers at once. */
export interface RepositoryResolver {
  /** `undefined`: nobody answers for this namespace, so the request is 404. */
  resolve(request: RepositoryRequest): ResolvedRepository | undefined;
}
