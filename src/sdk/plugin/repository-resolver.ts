import type { RepositoryName } from '../oci/repository-name.js';

/** Which repository a request is about, as it says it. */
export interface RepositoryRequest {
  readonly name: RepositoryName;
  /** The value of `?ns=`, which containerd sends to a mirror. */
  readonly namespace: string | undefined;
  /** The host that the client has asked, without its port: of the `Host` header, or what a trusted proxy says it was. */
  readonly host: string | undefined;
}

/** A repository that is about to be made for what comes from an upstream. */
export interface MirroredRepository {
  readonly repository: RepositoryName;
  /** As the source calls it that found the content. */
  readonly upstream: string;
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
  /**
   * The store that the repository is made in: `default`, or a name that `@IsStore()` has taken. `undefined`: the configuration of the
   * server decides by its name. It stays there, whatever this says later.
   */
  storeOf?(mirrored: MirroredRepository): string | undefined;
}
