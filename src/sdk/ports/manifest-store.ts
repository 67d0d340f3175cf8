import type { Annotations } from '../oci/descriptor.js';
import type { Digest } from '../oci/digest.js';
import type { Origin } from '../oci/manifest.js';
import type { Reference } from '../oci/reference.js';
import type { RepositoryName } from '../oci/repository-name.js';

export interface ManifestInfo {
  readonly repository: RepositoryName;
  readonly digest: Digest;
  readonly mediaType: string;
  readonly artifactType: string | undefined;
  /** Bytes of the manifest itself. */
  readonly size: number;
  readonly origin: Origin;
  readonly subject: Digest | undefined;
  readonly annotations: Annotations;
  /** Milliseconds since the epoch. */
  readonly pushedAt: number;
  readonly pushedBy: string | undefined;
  /** How often it was pulled, and when last: some seconds behind, since pulls are counted in memory first. */
  readonly pulls: number;
  readonly lastPulledAt: number | undefined;
}

/** Where a scan has come to. Opaque: it may be kept, and given back to the same server. */
export type ManifestCursor = string;

export interface ManifestPage {
  readonly manifests: readonly ManifestInfo[];
  /** `undefined` after the last page. */
  readonly next: ManifestCursor | undefined;
}

/** A `held` reference of a manifest to content that its repository does not have. */
export interface MissingReference {
  readonly repository: RepositoryName;
  readonly manifest: Digest;
  readonly digest: Digest;
  readonly kind: 'config' | 'layer' | 'manifest';
}

export interface MissingReferencePage {
  readonly missing: readonly MissingReference[];
  readonly next: ManifestCursor | undefined;
}

/** Manifests, their exact bytes, and what they name. Asking never reaches an upstream. */
export abstract class ManifestStore {
  abstract find(repository: RepositoryName, reference: Reference): Promise<ManifestInfo | undefined>;
  /** The bytes as they were pushed, or `undefined`. */
  abstract read(repository: RepositoryName, digest: Digest): Promise<Uint8Array | undefined>;
  /** All manifests, a page of at most `limit` at a time; `after`: the cursor of the page before. */
  abstract scan(after: ManifestCursor | undefined, limit: number): Promise<ManifestPage>;
  /** Looks at the references of the next `limit` manifests and gives those whose content is not there. */
  abstract missingReferences(after: ManifestCursor | undefined, limit: number): Promise<MissingReferencePage>;
}
