import type { RepositoryName, Tag } from '@berth/sdk';
import type { UpstreamRegistry } from '../mirror/upstream-registry.js';
import type { BoundedRequests } from './bounded-requests.js';
import type { TagOutcome } from './run-counts.js';
import type { RunTally } from './run-tally.js';

/** Whoever watches a run: a progress bar, a log. */
export interface RunObserver {
  /** A repository, or a list of them, that could not be looked at. */
  problem(what: string, reason: string): void;
  /** A repository that is none of this run's. */
  passedOver(remote: string, reason: string): void;
  /** So many tags of a repository are to be looked at. */
  chosen(repository: RepositoryName, tags: number): void;
  tag(repository: RepositoryName, tag: Tag, outcome: TagOutcome, reason?: string): void;
  /** The counts have changed. */
  progress(): void;
}

/** One run of one upstream. */
export interface RunScope {
  readonly registry: UpstreamRegistry;
  readonly requests: BoundedRequests;
  readonly tally: RunTally;
  readonly observer: RunObserver;
  readonly signal: AbortSignal;
  /** False once the upstream has said that it does not have the referrers API. */
  hasReferrersApi: boolean;
}

/** One repository of it. */
export interface RepositoryScope extends Omit<RunScope, 'hasReferrersApi'> {
  readonly run: RunScope;
  /** What the upstream calls it. */
  readonly remote: string;
  readonly local: RepositoryName;
}
