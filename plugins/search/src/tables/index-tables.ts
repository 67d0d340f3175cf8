import type { Digest, Origin, RepositoryName, Tag } from '@berth/sdk';
import type { Generated } from 'kysely';

/** Milliseconds since the epoch. */
type Time = number;
/** 0 or 1: SQLite has no other. */
type Flag = number;

/** `index`: a list of manifests. `image`: something to run. `artifact`: anything else. */
export type ManifestKind = 'image' | 'index' | 'artifact';

/** What the index knows of itself, by name. */
export interface StateTable {
  name: string;
  value: string;
}

export interface RepositoriesTable {
  id: Generated<number>;
  name: RepositoryName;
  /** What it mirrors; null where it is pushed to. */
  upstream: string | null;
  created_at: Time;
  /** Bytes of the blobs that it holds. */
  size: number;
  pulls: number;
  /** When an image of it was last pushed or tagged; null where it has none to show. */
  updated_at: Time | null;
  generation: number;
}

/** What manifests are found by; what is only shown of them is in `documents`, so that scans stay dense. */
export interface ManifestsTable {
  id: Generated<number>;
  repository_id: number;
  digest: Digest;
  kind: ManifestKind;
  media_type: string;
  artifact_type: string | null;
  subject: Digest | null;
  config_digest: Digest | null;
  /** 0 where the configuration is not held yet, or cannot be read. */
  is_config_read: Flag;
  /** Bytes of the manifest itself. */
  size: number;
  /** Bytes of the manifest and of all that it names, each once, as far as that is known. */
  total_size: number;
  layer_count: number;
  /** Stands for its layers in their order; null where it has none. */
  chain: string | null;
  os: string | null;
  architecture: string | null;
  variant: string | null;
  /** When the image was built, as its configuration says. */
  built_at: Time | null;
  origin: Origin;
  pushed_at: Time;
  pushed_by: string | null;
  signatures: number;
  sboms: number;
  referrers: number;
  pulls: number;
  pulled_at: Time | null;
  generation: number;
}

/** What is only shown. JSON. */
export interface DocumentsTable {
  manifest_id: number;
  annotations: string;
  labels: string;
  history: string;
  author: string | null;
  /** The media type of the configuration, and its bytes. */
  config_media_type: string | null;
  config_size: number;
}

export interface LayersTable {
  manifest_id: number;
  position: number;
  digest: Digest;
  media_type: string;
  size: number;
  /** Stands for this layer and all below it. */
  chain: string;
}

/** What an index names, held or not. */
export interface ChildrenTable {
  manifest_id: number;
  repository_id: number;
  position: number;
  digest: Digest;
  media_type: string;
  artifact_type: string | null;
  size: number;
  os: string | null;
  architecture: string | null;
  variant: string | null;
}

/** Of an image its own; of an index those of all that it names. */
export interface PlatformsTable {
  manifest_id: number;
  os: string;
  architecture: string;
  variant: string;
}

/** Labels and annotations; an index has those of the manifests that it names too. */
export interface PairsTable {
  manifest_id: number;
  kind: 'label' | 'annotation';
  key: string;
  value: string;
}

/** What a search gives: a tag, or a manifest that no tag names. */
export interface ImagesTable {
  id: Generated<number>;
  repository_id: number;
  manifest_id: number;
  /** `repository:tag`, or `repository@digest`: what results are ordered by. */
  name: string;
  tag: Tag | null;
  /** Orders as versions do; null where the tag is none. */
  version: string | null;
  /** When the tag was moved to the manifest, or a manifest without one was pushed. */
  pushed_at: Time;
  pushed_by: string | null;
  /** Copies of the manifest's, to order by. */
  size: number;
  pulls: number;
  /** 1 for what is found only where a query asks for its kind: signatures and the like, and leftovers without a tag. */
  is_aside: Flag;
  generation: number;
}

/** The tables of the index, as Kysely wants them. Those of full text belong to `FullText` alone. */
export interface IndexTables {
  state: StateTable;
  repositories: RepositoriesTable;
  manifests: ManifestsTable;
  documents: DocumentsTable;
  layers: LayersTable;
  children: ChildrenTable;
  platforms: PlatformsTable;
  pairs: PairsTable;
  images: ImagesTable;
}
