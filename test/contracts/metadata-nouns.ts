import { Blobs } from '../../src/metadata/blobs.js';
import { Changes } from '../../src/metadata/changes.js';
import type { Database } from '../../src/metadata/database.js';
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

export interface MetadataNouns {
  readonly database: Database;
  readonly changes: Changes;
  readonly blobs: Blobs;
  readonly garbage: Garbage;
  readonly heldBytes: HeldBytes;
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
  return {
    database,
    changes,
    blobs: new Blobs(database),
    garbage: new Garbage(database, changes),
    heldBytes: new HeldBytes(database),
    leases: new Leases(database),
    manifests: new Manifests(database),
    manifestScans: new ManifestScans(database),
    memberships: new Memberships(database),
    pulls: new PullStatistics(database),
    referrers: new Referrers(database),
    repositories: new Repositories(database, changes),
    signingKeys: new SigningKeys(database),
    storedBlobs: new StoredBlobs(database),
    tags: new Tags(database),
    uploads: new Uploads(database),
  };
}
