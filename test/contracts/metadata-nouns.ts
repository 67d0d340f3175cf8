import { Blobs } from '../../src/metadata/blobs.js';
import { Changes } from '../../src/metadata/changes.js';
import type { Database } from '../../src/metadata/database.js';
import { EvictionCandidates } from '../../src/metadata/eviction-candidates.js';
import { Garbage } from '../../src/metadata/garbage.js';
import { HeldBytes } from '../../src/metadata/held-bytes.js';
import { Leases } from '../../src/metadata/leases.js';
import { Manifests } from '../../src/metadata/manifests.js';
import { ManifestScans } from '../../src/metadata/manifest-scans.js';
import { Memberships } from '../../src/metadata/memberships.js';
import { PullStatistics } from '../../src/metadata/pull-statistics.js';
import { Referrers } from '../../src/metadata/referrers.js';
import { Repositories } from '../../src/metadata/repositories.js';
import { SigningKeys } from '../../src/metadata/signing-keys.js';
import { StoredBlobs } from '../../src/metadata/stored-blobs.js';
import { Tags } from '../../src/metadata/tags.js';
import { Uploads } from '../../src/metadata/uploads.js';
import { UpstreamEvictions } from '../../src/metadata/upstream-evictions.js';
import { UpstreamHoldings } from '../../src/metadata/upstream-holdings.js';

export interface MetadataNouns {
  readonly database: Database;
  readonly changes: Changes;
  readonly blobs: Blobs;
  readonly candidates: EvictionCandidates;
  readonly evictions: UpstreamEvictions;
  readonly garbage: Garbage;
  readonly heldBytes: HeldBytes;
  readonly holdings: UpstreamHoldings;
  readonly leases: Leases;
  readonly manifests: Manifests;
  readonly manifestScans: ManifestScans;
  readonly memberships: Memberships;
  readonly pulls: PullStatistics;
  readonly referrers: Referrers;
  readonly repositories: Repositories;
  readonly signingKeys: SigningKeys;
  readonly storedBlobs: StoredBlobs;
  readonly tags: Tags;
  readonly uploads: Uploads;
}

/** Every noun over one database, as the container would build them. */
export function nounsOver(database: Database): MetadataNouns {
  const changes = new Changes(database);
  const holdings = new UpstreamHoldings(database);
  const manifests = new Manifests(database, holdings);
  const memberships = new Memberships(database, holdings);
  const tags = new Tags(database);
  return {
    database,
    changes,
    blobs: new Blobs(database),
    candidates: new EvictionCandidates(database),
    evictions: new UpstreamEvictions(manifests, memberships, tags, changes),
    garbage: new Garbage(database, changes, holdings),
    heldBytes: new HeldBytes(database),
    holdings,
    leases: new Leases(database),
    manifests,
    manifestScans: new ManifestScans(database),
    memberships,
    pulls: new PullStatistics(database),
    referrers: new Referrers(database),
    repositories: new Repositories(database, changes),
    signingKeys: new SigningKeys(database),
    storedBlobs: new StoredBlobs(database),
    tags,
    uploads: new Uploads(database),
  };
}
