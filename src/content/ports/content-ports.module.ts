import { Module, type Provider } from '@nestjs/common';
import {
  BlobStore,
  ChangeFeed,
  ManifestStore,
  MirrorActivity,
  MirroredContent,
  Referrers,
  RepositoryCatalog,
  TagStore,
  UpstreamCaches,
} from '@berth/sdk';
import { ContentBlobStore } from './content-blob-store.js';
import { ContentChangeFeed } from './content-change-feed.js';
import { ContentManifestStore } from './content-manifest-store.js';
import { ContentMirrorActivity } from './content-mirror-activity.js';
import { ContentMirroredContent } from './content-mirrored-content.js';
import { ContentReferrers } from './content-referrers.js';
import { ContentRepositoryCatalog } from './content-repository-catalog.js';
import { ContentTagStore } from './content-tag-store.js';
import { ContentUpstreamCaches } from './content-upstream-caches.js';

const PORTS: readonly Provider[] = [
  { provide: BlobStore, useClass: ContentBlobStore },
  { provide: ChangeFeed, useClass: ContentChangeFeed },
  { provide: ManifestStore, useClass: ContentManifestStore },
  { provide: MirrorActivity, useClass: ContentMirrorActivity },
  { provide: MirroredContent, useClass: ContentMirroredContent },
  { provide: Referrers, useClass: ContentReferrers },
  { provide: RepositoryCatalog, useClass: ContentRepositoryCatalog },
  { provide: TagStore, useClass: ContentTagStore },
  { provide: UpstreamCaches, useClass: ContentUpstreamCaches },
];

/** What plugins see of the content, under the SDK's ports. */
@Module({
  providers: [...PORTS],
  exports: [
    BlobStore,
    ChangeFeed,
    ManifestStore,
    MirrorActivity,
    MirroredContent,
    Referrers,
    RepositoryCatalog,
    TagStore,
    UpstreamCaches,
  ],
})
export class ContentPortsModule {}
