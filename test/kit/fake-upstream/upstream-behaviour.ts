import type { Digest } from '@berth/sdk';

/** How a fake upstream behaves: all of it may be changed between requests. Nothing set is a registry without fault. */
export interface UpstreamBehaviour {
  /** Takes requests and never answers. */
  hangs?: boolean;
  /** Answers only after so many milliseconds. */
  delay?: number;
  /** Answers only once this is settled. */
  waitsFor?: Promise<unknown>;
  /** Answers everything below `/v2/` with this. */
  status?: number;
  /** Added to every answer, over what it would say. */
  headers?: Readonly<Record<string, string>>;
  /** Answers with a page, as what stands before a registry does that wants a login: with `status`, or 200. */
  showsPage?: boolean;
  /** Gives these bytes in place of those of a digest, under the headers of the right ones. */
  bytesFor?: ReadonlyMap<Digest, Buffer>;
  /** Says of every manifest that this is its digest; `none`: says nothing of it. */
  claimsDigest?: Digest | 'none';
  /** How much more than it sends a blob's Content-Length says; below zero, less. */
  claimsMore?: number;
  /** Sends blobs no faster. */
  bytesPerSecond?: number;
  /** Closes the connection after so many bytes of a blob. */
  cutsAfter?: number;
  /** Whether `Range` is heeded; default true. */
  servesRanges?: boolean;
  /** Where blobs lie: they are redirected there, with the same path. */
  blobsAt?: string;
  /** Whether it has the referrers API; default true. */
  hasReferrersApi?: boolean;
  /** Whether HEAD of a manifest is answered; default true, else 405. */
  answersHead?: boolean;
  /** Answers HEAD of a blob with 403, as storage does that knows of GET alone. */
  deniesHead?: boolean;
  /** Whether it lists its repositories; default true, else 404. */
  hasCatalog?: boolean;
  /** How many names a page of its catalog has; default: all. */
  repositoriesPerPage?: number;
  /** How many tags a page of a list has; default: all. */
  tagsPerPage?: number;
}
