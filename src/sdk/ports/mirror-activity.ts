import type { Digest } from '../oci/digest.js';
import type { RepositoryName } from '../oci/repository-name.js';

/** One blob that is fetched from an upstream right now. */
export interface FillInFlight {
  readonly repository: RepositoryName;
  readonly digest: Digest;
  /** Who gives it; `undefined` until somebody has said to have it. */
  readonly upstream: string | undefined;
  /** Bytes; `undefined` where the upstream has not said it. */
  readonly size: number | undefined;
  /** Bytes of it that are here, with those that an earlier fetch has left. */
  readonly received: number;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Requests that follow it, or wait for it to begin. */
  readonly readers: number;
}

/**
 * How a fetch of a blob ended: the repository holds it; a gate did not want it; there was no room for it and it was passed on; it could
 * not be stored and was passed on; the upstream gave something else; its transfer broke off; nobody waited for what could not be stored; the server stopped.
 */
export const FILL_ENDS = [
  'kept',
  'refused',
  'overfull',
  'unwritable',
  'wrong',
  'broken',
  'abandoned',
  'stopped',
] as const;
export type FillEnd = (typeof FILL_ENDS)[number];

/** What was counted of one upstream since the server started. */
export interface MirrorCounts {
  /** Pulls of blobs that were held. */
  readonly blobHits: number;
  /** Pulls of blobs that were not, and came from the upstream. */
  readonly blobMisses: number;
  /** Those of them that followed a fetch which another one had begun. */
  readonly coalesced: number;
  /** Bytes of manifests and blobs that were sent to clients out of what was held. */
  readonly bytesFromCache: number;
  /** Bytes of manifests and blobs that were sent to clients while they came from the upstream, or just after. */
  readonly bytesPassedOn: number;
  /** Fetches of blobs that are over, by how they ended. */
  readonly fills: Readonly<Record<FillEnd, number>>;
}

/** What comes from upstreams, and what of it clients have had. Looks at memory alone. */
export abstract class MirrorActivity {
  /** The fetches of blobs under way, the oldest first. */
  abstract fills(): readonly FillInFlight[];
  /** `upstream`: the name that a source gives with what it finds. */
  abstract countsOf(upstream: string): MirrorCounts;
}
