import type { Digest } from '../oci/digest.js';
import type { Origin } from '../oci/manifest.js';
import type { RepositoryName } from '../oci/repository-name.js';
import type { Tag } from '../oci/tag.js';

export interface TagInfo {
  readonly tag: Tag;
  readonly digest: Digest;
  /** Milliseconds since the epoch. */
  readonly movedAt: number;
  readonly movedBy: string | undefined;
  /** What moved it there last: a push, or its upstream; not where the manifest came from first. */
  readonly origin: Origin;
}

/** The tags of repositories, in the order of their names (by code unit). */
export abstract class TagStore {
  abstract find(repository: RepositoryName, tag: Tag): Promise<TagInfo | undefined>;
  /** At most `limit` tags that come after `after`. */
  abstract list(repository: RepositoryName, after: Tag | undefined, limit: number): Promise<readonly TagInfo[]>;
}
