/** What was evicted at once of one upstream. */
export interface EvictedContent {
  readonly upstream: string;
  /** `limit`: it was over what may be kept of it. `space`: the disk is about to be full. */
  readonly reason: 'limit' | 'space';
  readonly manifests: number;
  /** How often a repository held a blob and does no more. */
  readonly blobs: number;
  /** That are free now: what other repositories hold as well is not. */
  readonly bytes: number;
}

/** Told of what is kept of upstreams. Its methods must not throw. */
export interface UpstreamCacheObserver {
  /** So many bytes are kept of it now. Told of each upstream when the server starts, and after changes. */
  held(upstream: string, bytes: number): void;
  evicted(content: EvictedContent): void;
}

/** What is kept of upstreams, by the names that sources give them (`upstream` of what is found). */
export abstract class UpstreamCaches {
  /**
   * Bounds how many bytes are kept of upstreams, instead of what was said before; of those that are not named, any number. What is over
   * a bound is evicted in the background, what was pulled least recently first. A blob that does not fit is passed on and not kept.
   */
  abstract limit(limits: ReadonlyMap<string, number>): void;
  abstract observe(observer: UpstreamCacheObserver): void;
  /** Bytes kept of each upstream that something is kept of. */
  abstract usage(): Promise<ReadonlyMap<string, number>>;
}
