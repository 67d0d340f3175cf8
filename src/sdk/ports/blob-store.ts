import type { Readable } from 'node:stream';
import type { Digest } from '../oci/digest.js';
import type { RepositoryName } from '../oci/repository-name.js';
import type { Tag } from '../oci/tag.js';

export interface BlobInfo {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

/** One copy of a blob as a store keeps it: stores share no bytes. */
export interface StoredBlob extends BlobInfo {
  readonly store: string;
  /** `quarantined`: its bytes are damaged, and every repository answers that it does not have it. */
  readonly state: 'present' | 'quarantined';
  /** Tells these bytes from those that a later push of the digest puts in their place. */
  readonly revision: string;
}

/** A blob that a repository is to have from an upstream. */
export interface WantedFromUpstream {
  readonly repository: RepositoryName;
  readonly upstream: string;
  readonly digest: Digest;
}

/** Names one copy of a blob: with `revision` these very bytes, without it whichever there are. */
export type BlobKey = Pick<StoredBlob, 'store' | 'digest'> & Partial<Pick<StoredBlob, 'revision'>>;

/** A manifest that cannot be pulled whole without a certain blob. */
export interface AffectedManifest {
  readonly repository: RepositoryName;
  readonly digest: Digest;
  /** The tags that point at it. */
  readonly tags: readonly Tag[];
}

export interface ReadOptions {
  readonly signal?: AbortSignal;
}

/** What came of an attempt to fetch a blob again: `absent` where no source has it, `unavailable` where one may. */
export type RepairOutcome = 'repaired' | 'absent' | 'unavailable';

/** The bytes of blobs. Absence is a value; what the disk does is a StorageError. */
export abstract class BlobStore {
  /** What `repository` holds under `digest`, or `undefined`. */
  abstract stat(repository: RepositoryName, digest: Digest): Promise<BlobInfo | undefined>;
  /** The bytes, or `undefined` where `repository` does not hold them. Whoever takes the stream reads or destroys it. */
  abstract read(repository: RepositoryName, digest: Digest, options?: ReadOptions): Promise<Readable | undefined>;
  /** A repository of another store that holds it, as that upstream has supplied it; `undefined` where there is none. */
  abstract suppliedElsewhere(wanted: WantedFromUpstream): Promise<RepositoryName | undefined>;
  /** Copies in the order of store and digest, at most `limit`, those after `after`: memory never grows with their number. */
  abstract scan(after: BlobKey | undefined, limit: number): Promise<readonly StoredBlob[]>;
  /** The bytes of one copy, whoever holds it, damaged or not; `undefined` where it is gone. */
  abstract readStored(key: BlobKey, options?: ReadOptions): Promise<Readable | undefined>;
  /**
   * Takes a damaged copy out of service: HEAD and GET answer 404 from now on, and the next push of the digest replaces it. The bytes
   * are kept aside. False where the copy is gone, was replaced by another, or was quarantined before.
   */
  abstract quarantine(key: BlobKey): Promise<boolean>;
  /**
   * Asks the sources (`blob.readMiss`) for a quarantined copy, verifies what they give, and puts it back into service for every
   * repository that holds it. `repaired` also where it is in service already.
   */
  abstract repair(key: BlobKey, options?: ReadOptions): Promise<RepairOutcome>;
  /** The manifests that need a copy, and the indexes that name those, at most `limit`. */
  abstract affected(key: BlobKey, limit: number): Promise<readonly AffectedManifest[]>;
}
