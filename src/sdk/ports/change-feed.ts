import type { Digest } from '../oci/digest.js';
import type { RepositoryName } from '../oci/repository-name.js';

export type ChangeKind =
  | 'manifest.pushed'
  | 'manifest.deleted'
  | 'tag.moved'
  | 'tag.deleted'
  | 'blob.pushed'
  | 'blob.mounted'
  | 'blob.deleted'
  | 'repository.created'
  | 'repository.deleted';

/** One fact that changed, written in the same transaction as the fact. */
export interface Change {
  /** Grows with each change; there may be gaps. */
  readonly sequence: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly kind: ChangeKind;
  readonly repository: RepositoryName;
  /** The tag, where the change is about one. */
  readonly reference: string | undefined;
  readonly digest: Digest | undefined;
  readonly actor: string | undefined;
}

export interface FollowOptions {
  /** The sequence of the last change that was dealt with; 0 for all there are. */
  readonly after: number;
  /** Ends the iteration, without an error. */
  readonly signal: AbortSignal;
  /** Most changes in one batch; default 500. */
  readonly limit?: number;
}

/**
 * Every change, in order and at least once: whoever follows keeps the sequence it has dealt with in its own database, and goes on from
 * there after a restart. Notifications only wake it, so that losing all of them delays it by a second at most.
 */
export abstract class ChangeFeed {
  /** The next `limit` changes after `after`. */
  abstract read(after: number, limit: number): Promise<readonly Change[]>;
  /** The sequence of the newest change, 0 where there is none. */
  abstract latest(): Promise<number>;
  /** Batches as they come, never empty; waits while there is nothing. */
  abstract follow(options: FollowOptions): AsyncIterable<readonly Change[]>;
}
