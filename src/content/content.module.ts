import { type DynamicModule, Inject, Module } from '@nestjs/common';
import { Clock } from '@berth/sdk';
import { JobScheduler } from '../jobs/job-scheduler.js';
import { BlobStores } from '../storage/blob-stores.js';
import type { MinFreeSpace } from '../storage/min-free-space.js';
import { StoreRoutes } from '../storage/store-routes.js';
import { BlobMount } from './blobs/blob-mount.js';
import { BlobFill } from './blobs/blob-fill.js';
import { BlobRemoval } from './blobs/blob-removal.js';
import { BlobService } from './blobs/blob.service.js';
import { FillKeeping } from './blobs/fill-keeping.js';
import { FillLimits } from './blobs/fill-limits.js';
import { FillUploads } from './blobs/fill-uploads.js';
import { HeldBytesReuse } from './blobs/held-bytes-reuse.js';
import { MissingBlobs } from './blobs/missing-blobs.js';
import { CacheKeeper } from './eviction/cache-keeper.js';
import { CacheLimits } from './eviction/cache-limits.js';
import { CacheObservers } from './eviction/cache-observers.js';
import { CacheRoom } from './eviction/cache-room.js';
import { DiskSpace, MIN_FREE_SPACE } from './eviction/disk-space.js';
import { Eviction } from './eviction/eviction.js';
import { EvictionNews } from './eviction/eviction-news.js';
import { InUse } from './eviction/in-use.js';
import { FileSweeper } from './garbage-collection/file-sweeper.js';
import { GarbageCollectionJob, type GarbageCollectionSchedule } from './garbage-collection/garbage-collection.job.js';
import { GarbageCollection } from './garbage-collection/garbage-collection.js';
import { GarbageCollector } from './garbage-collection/garbage-collector.js';
import { GraceTime } from './grace-time.js';
import { LastSeen } from './last-seen.js';
import { MirrorMeter } from './mirror-meter.js';
import { ManifestCache } from './manifests/manifest-cache.js';
import { FilledImages } from './manifests/filled-images.js';
import { ManifestFetch } from './manifests/manifest-fetch.js';
import { ManifestCommit } from './manifests/manifest-commit.js';
import { MirroredCommit } from './manifests/mirrored-commit.js';
import { MirroredManifests } from './manifests/mirrored-manifests.js';
import { MirroredRemoval } from './manifests/mirrored-removal.js';
import { ManifestRemoval } from './manifests/manifest-removal.js';
import { ManifestService } from './manifests/manifest.service.js';
import { PushRights } from './manifests/push-rights.js';
import { PullCounter } from './manifests/pull-counter.js';
import { ReferrerSource } from './referrers/referrer-source.js';
import { ReferrersService } from './referrers/referrers.service.js';
import { RepositoryService } from './repositories/repository.service.js';
import { RepositoryStores } from './repositories/repository-stores.js';
import { StorePlaces } from './repositories/store-places.js';
import { TagService } from './tags/tag.service.js';
import { BlobCommit } from './uploads/blob-commit.js';
import { UploadCommit } from './uploads/upload-commit.js';
import { UploadExpiry } from './uploads/upload-expiry.js';
import { UploadMeter } from './uploads/upload-meter.js';
import { UploadService } from './uploads/upload.service.js';
import { UploadSessions } from './uploads/upload-sessions.js';

const SERVICES = [
  BlobMount,
  BlobService,
  ManifestService,
  ReferrersService,
  RepositoryService,
  TagService,
  UploadService,
];
const PARTS = [
  BlobCommit,
  BlobFill,
  BlobRemoval,
  FilledImages,
  CacheKeeper,
  CacheLimits,
  CacheObservers,
  CacheRoom,
  DiskSpace,
  Eviction,
  EvictionNews,
  FileSweeper,
  FillKeeping,
  FillLimits,
  FillUploads,
  GarbageCollection,
  GarbageCollectionJob,
  GarbageCollector,
  InUse,
  HeldBytesReuse,
  LastSeen,
  ManifestCache,
  ManifestCommit,
  ManifestFetch,
  ManifestRemoval,
  MirroredCommit,
  MirroredManifests,
  MirrorMeter,
  MirroredRemoval,
  MissingBlobs,
  PullCounter,
  PushRights,
  ReferrerSource,
  RepositoryStores,
  StorePlaces,
  UploadCommit,
  UploadExpiry,
  UploadMeter,
  UploadSessions,
];

export interface ContentOptions {
  readonly stores: BlobStores;
  readonly routes: StoreRoutes;
  readonly clock: Clock;
  /** Milliseconds for which garbage stays that somebody has asked about, whether or not it is collected while we run. */
  readonly gcDelay: number;
  /** What mirrored content leaves free of the disk. */
  readonly minFreeSpace: MinFreeSpace;
  /** When garbage is collected in which stores; in others, only when somebody asks for it. */
  readonly collections: readonly GarbageCollectionSchedule[];
}

const SCHEDULES = Symbol('GarbageCollectionSchedules');

@Module({})
export class ContentModule {
  constructor(
    @Inject(SCHEDULES) schedules: readonly GarbageCollectionSchedule[],
    scheduler: JobScheduler,
    collection: GarbageCollectionJob,
  ) {
    for (const schedule of schedules) scheduler.add(collection.toJob(schedule));
  }

  static over({ stores, routes, clock, gcDelay, minFreeSpace, collections }: ContentOptions): DynamicModule {
    return {
      module: ContentModule,
      global: true,
      providers: [
        { provide: BlobStores, useValue: stores },
        { provide: StoreRoutes, useValue: routes },
        { provide: Clock, useValue: clock },
        { provide: GraceTime, useValue: new GraceTime(gcDelay) },
        { provide: SCHEDULES, useValue: collections },
        { provide: MIN_FREE_SPACE, useValue: minFreeSpace },
        ...PARTS,
        ...SERVICES,
      ],
      exports: [
        Clock,
        BlobStores,
        CacheLimits,
        CacheObservers,
        GarbageCollection,
        MirroredManifests,
        MirroredRemoval,
        MirrorMeter,
        MissingBlobs,
        RepositoryStores,
        StorePlaces,
        ...SERVICES,
      ],
    };
  }
}
