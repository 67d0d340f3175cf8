import { type DynamicModule, Module } from '@nestjs/common';
import { ApiKeys } from './api-keys.js';
import { Blobs } from './blobs.js';
import { Changes } from './changes.js';
import { CommitMeter } from './commit-meter.js';
import { Database } from './database.js';
import { EvictionCandidates } from './eviction-candidates.js';
import { Garbage } from './garbage.js';
import { HeldBytes } from './held-bytes.js';
import { ImageContents } from './image-contents.js';
import { JobRuns } from './job-runs.js';
import { Leases } from './leases.js';
import { Manifests } from './manifests.js';
import { ManifestRelease } from './manifest-release.js';
import { ManifestScans } from './manifest-scans.js';
import { Memberships } from './memberships.js';
import { PullStatistics } from './pull-statistics.js';
import { Referrers } from './referrers.js';
import { Repositories } from './repositories.js';
import { SigningKeys } from './signing-keys.js';
import { StoredBlobs } from './stored-blobs.js';
import { Tags } from './tags.js';
import { Uploads } from './uploads.js';
import { UpstreamEvictions } from './upstream-evictions.js';
import { UpstreamHoldings } from './upstream-holdings.js';

const NOUNS = [
  ApiKeys,
  Blobs,
  Changes,
  EvictionCandidates,
  Garbage,
  HeldBytes,
  ImageContents,
  JobRuns,
  Leases,
  ManifestRelease,
  Manifests,
  ManifestScans,
  Memberships,
  PullStatistics,
  Referrers,
  Repositories,
  SigningKeys,
  StoredBlobs,
  Tags,
  Uploads,
  UpstreamEvictions,
  UpstreamHoldings,
];

@Module({})
export class MetadataModule {
  /** The nouns over `database`, which the caller opens and closes. */
  static over(database: Database): DynamicModule {
    return {
      module: MetadataModule,
      global: true,
      providers: [{ provide: Database, useValue: database }, CommitMeter, ...NOUNS],
      exports: [Database, ...NOUNS],
    };
  }
}
