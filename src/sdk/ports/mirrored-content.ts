import type { Digest } from '../oci/digest.js';
import type { RepositoryName } from '../oci/repository-name.js';
import type { Tag } from '../oci/tag.js';

/**
 * What came of it. `held`: it is here now. `absent`: the upstream does not have it. `local`: the repository or the tag was pushed here,
 * and stays as it is. `refused`: a gate does not want it. `unkept`: it came and could not be kept. `unavailable`: the upstream may have
 * it, and cannot give it now.
 */
export type MirrorOutcome =
  | { readonly outcome: 'held' | 'absent' | 'local' | 'unkept' }
  | { readonly outcome: 'refused'; readonly reason: string }
  | {
      readonly outcome: 'unavailable';
      readonly reason: string;
      readonly status: number;
      /** Seconds. */
      readonly retryAfter?: number;
    };

export interface MirrorOptions {
  /** Whom the sources are to ask: the `upstream` of what they find. */
  readonly upstream: string;
  readonly signal: AbortSignal;
}

/**
 * Makes repositories hold what an upstream has, without anybody pulling it: the sources are asked, what they give is verified, the gates
 * agree, and whoever pulls the same meanwhile shares the transfer. Rejects as soon as the signal aborts.
 */
export abstract class MirroredContent {
  /** The manifest alone, without a tag and without what it names. What is held already is not asked for. */
  abstract fetchManifest(repository: RepositoryName, digest: Digest, options: MirrorOptions): Promise<MirrorOutcome>;
  /** A blob. What the repository holds already is not asked for. */
  abstract fetchBlob(repository: RepositoryName, digest: Digest, options: MirrorOptions): Promise<MirrorOutcome>;
  /** Points a tag at a manifest that is held. `local` where what it points at was pushed. */
  abstract moveTag(repository: RepositoryName, tag: Tag, digest: Digest, signal: AbortSignal): Promise<MirrorOutcome>;
  /**
   * Takes a tag away that its upstream has no more. False where it points at another manifest than `digest`, or at one that was pushed.
   * Rejects with a RegistryError where a gate wants it to stay.
   */
  abstract removeTag(repository: RepositoryName, tag: Tag, digest: Digest, signal: AbortSignal): Promise<boolean>;
  /** Whether an index that is held names the manifest, which may be here or not. */
  abstract isPartOfIndex(repository: RepositoryName, digest: Digest): Promise<boolean>;
}
