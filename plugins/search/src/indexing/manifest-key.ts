import type { Digest } from '@berth/sdk';

/** A manifest where it lies: the same bytes in two repositories are two. */
export interface ManifestKey {
  readonly repositoryId: number;
  readonly digest: Digest;
}

export function keyOf({ repositoryId, digest }: ManifestKey): string {
  return `${String(repositoryId)} ${digest}`;
}

/** As a pair of the columns `repository_id` and `digest`. */
export function pairOf({ repositoryId, digest }: ManifestKey): readonly [number, string] {
  return [repositoryId, digest];
}
