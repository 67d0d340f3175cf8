import type { AuthMethod, ChangeKind, Digest, DigestAlgorithm, Origin, RepositoryName, Tag } from '@berth/sdk';
import type { Generated, Kysely } from 'kysely';

/** Milliseconds since the epoch. */
type Time = number;

export interface RepositoriesTable {
  id: Generated<number>;
  name: RepositoryName;
  store: string;
  upstream: string | null;
  created_at: Time;
  /** The sum of the sizes of the blobs that it holds. */
  held_bytes: Generated<number>;
}

/** One row for each digest of a store. `location` names the bytes and is unique for each write. */
export interface BlobsTable {
  store: string;
  digest: Digest;
  size: number;
  location: string;
  state: 'present' | 'quarantined';
  created_at: Time;
  last_seen: Time;
}

/** Which repository holds which blob. */
export interface MembershipsTable {
  repository_id: number;
  store: string;
  digest: Digest;
  /** Who supplied the bytes: `null` where a client pushed or mounted them. Only what has one is ever evicted. */
  upstream: string | null;
  created_at: Time;
  last_seen: Time;
}

export interface ManifestsTable {
  id: Generated<number>;
  repository_id: number;
  digest: Digest;
  media_type: string;
  artifact_type: string | null;
  subject: Digest | null;
  /** JSON of a string map, as a referrers response repeats it. */
  annotations: string | null;
  size: number;
  origin: Origin;
  state: 'present' | 'quarantined';
  /**
   * Who supplied it: `null` where a client pushed it, and for one that its upstream has no more. Only what has one is ever evicted, and of
   * mirrored ones only what has none is ever garbage.
   */
  upstream: string | null;
  pushed_at: Time;
  pushed_by: string | null;
  /** Of one from an upstream also when it was last pulled. */
  last_seen: Time;
}

/** The exact bytes, apart from the row above so that scans of it stay dense. */
export interface ManifestContentsTable {
  manifest_id: number;
  bytes: Uint8Array;
}

export type ReferenceKind = 'config' | 'layer' | 'manifest';

/** What a manifest names. `remote` ones are not held here by intention. */
export interface ManifestReferencesTable {
  manifest_id: number;
  repository_id: number;
  digest: Digest;
  kind: ReferenceKind;
  state: 'held' | 'remote';
  size: number;
}

export interface TagsTable {
  repository_id: number;
  name: Tag;
  manifest_id: number;
  moved_at: Time;
  moved_by: string | null;
  /** Who moved it: a push, or what it mirrors. */
  origin: Origin;
}

export interface UploadsTable {
  id: string;
  repository: RepositoryName;
  store: string;
  algorithm: DigestAlgorithm;
  started_at: Time;
  last_seen: Time;
  actor: string | null;
  /** Of a blob that is fetched from an upstream; a push says it at its end. */
  digest: Digest | null;
}

export interface LeasesTable {
  name: string;
  holder: string;
  expires_at: Time;
  /** Grows with each change of holder. */
  fence: number;
}

export type JobOutcome = 'succeeded' | 'failed' | 'aborted';

/** The last run of each job. */
export interface JobRunsTable {
  name: string;
  /** When a server first knew the job. */
  known_since: Time;
  started_at: Time | null;
  ended_at: Time | null;
  outcome: JobOutcome | null;
  error: string | null;
}

/** Lists are JSON. */
export interface ApiKeysTable {
  id: string;
  hash: string;
  owner: string;
  owner_method: AuthMethod;
  owner_groups: string;
  label: string;
  scopes: string;
  creator_agent: string;
  created_at: Time;
  expires_at: Time | null;
  last_used: Time | null;
}

/** The private keys of the registry, PEM, one for each purpose. */
export interface SigningKeysTable {
  purpose: string;
  private_key: string;
  created_at: Time;
}

/** How much is kept of an upstream in a store. */
export interface UpstreamHoldingsTable {
  upstream: string;
  store: string;
  held_bytes: number;
}

export interface PullStatisticsTable {
  repository_id: number;
  digest: Digest;
  pulls: number;
  last_pulled: Time;
}

/** Written in the transaction of the fact it tells of. */
export interface ChangesTable {
  sequence: Generated<number>;
  at: Time;
  kind: ChangeKind;
  repository: RepositoryName;
  reference: string | null;
  digest: Digest | null;
  actor: string | null;
}

export interface Schema {
  repositories: RepositoriesTable;
  blobs: BlobsTable;
  memberships: MembershipsTable;
  manifests: ManifestsTable;
  manifest_contents: ManifestContentsTable;
  manifest_references: ManifestReferencesTable;
  tags: TagsTable;
  uploads: UploadsTable;
  leases: LeasesTable;
  job_runs: JobRunsTable;
  api_keys: ApiKeysTable;
  pull_statistics: PullStatisticsTable;
  signing_keys: SigningKeysTable;
  upstream_holdings: UpstreamHoldingsTable;
  changes: ChangesTable;
}

/** The facts as one transaction sees and changes them. */
export type Facts = Kysely<Schema>;
