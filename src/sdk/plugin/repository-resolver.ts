import type { RepositoryName } from '../oci/repository-name.js';

/** Which repository a request is about, as it says it. */
export interface RepositoryRequest {
  readonly name: RepositoryName;
  /** The value of `?ns=`, which containerd sends to a mirror. */
  readonly namespace: string | undefined;
  /** The host that the client has asked, without its port: of the `Host` header, or what a trusted proxy says it was. */
  readonly host: string | undefined;
}

export interface ResolvedRepository {
  readonly repository: RepositoryName;
}

/**
 * Decides, before anything else, which local repository a request means. Called for every request that names one, so it answers at
 * once and throws nothing.
 */
export interface RepositoryResolver {
  /** `undefined`: nobody answers for this namespace, so the request is 404. */
  resolve(request: RepositoryRequest): ResolvedRepository | undefined;
}
