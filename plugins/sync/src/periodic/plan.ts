import type { Digest, RepositoryName, Tag } from '@berth/sdk';

/**
 * What a run would find here of a tag that it takes: nothing; another image; the same, of which something is missing; all of it; one
 * that was pushed here; or one that has no signature, and so stays away.
 */
export type PlannedState = 'new' | 'moved' | 'incomplete' | 'held' | 'shadowed' | 'unsigned' | 'gone';

export interface PlannedTag {
  readonly tag: Tag;
  readonly isTaken: boolean;
  /** The rule that takes it, or does not. */
  readonly why: string;
  /** Of one that is taken. */
  readonly state?: PlannedState;
  readonly digest?: Digest;
}

export interface PlannedRepository {
  readonly remote: string;
  readonly local: RepositoryName;
  /** The entries of `content`. */
  readonly by: string;
  readonly tags: readonly PlannedTag[];
}

export interface Told {
  readonly what: string;
  readonly reason: string;
}

/** What a run of one upstream would do. */
export interface Plan {
  readonly upstream: string;
  readonly pollInterval: string;
  readonly warnings: readonly string[];
  readonly repositories: readonly PlannedRepository[];
  readonly passedOver: readonly Told[];
  readonly problems: readonly Told[];
}

/** States of tags that a run would fetch. */
export const FETCHED: ReadonlySet<PlannedState> = new Set<PlannedState>(['new', 'moved', 'incomplete']);
