import type { Digest, Origin, RepositoryName, Tag } from '@berth/sdk';
import type { ManifestKind } from '../tables/index-tables.js';

export interface ImagePlatform {
  readonly os: string;
  readonly architecture: string;
  readonly variant: string | undefined;
}

/** Where each is told of by annotations of the manifest, else by labels of its configuration. image-spec annotations.md */
export interface ImageDescription {
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly licenses: string | undefined;
  readonly source: string | undefined;
  readonly documentation: string | undefined;
  readonly vendor: string | undefined;
  readonly authors: string | undefined;
}

/** What a search gives of one image. Times are milliseconds since the epoch. */
export interface ImageSummary extends ImageDescription {
  /** Of the rows of `images`, `manifests` and `repositories`. */
  readonly id: number;
  readonly manifestId: number;
  readonly repositoryId: number;
  readonly repository: RepositoryName;
  /** `undefined`: no tag names it. */
  readonly tag: Tag | undefined;
  readonly digest: Digest;
  readonly kind: ManifestKind;
  readonly mediaType: string;
  readonly artifactType: string | undefined;
  /** Bytes of all that it consists of, as far as that is known. */
  readonly size: number;
  /** When the tag was moved to it, or it was pushed without one. */
  readonly pushedAt: number;
  readonly pushedBy: string | undefined;
  /** Of the manifest itself, whenever it was tagged. */
  readonly manifestPushedAt: number;
  readonly manifestPushedBy: string | undefined;
  readonly builtAt: number | undefined;
  readonly origin: Origin;
  readonly upstream: string | undefined;
  readonly platforms: readonly ImagePlatform[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly signatures: number;
  readonly sboms: number;
  readonly referrers: number;
  readonly pulls: number;
  readonly pulledAt: number | undefined;
}
