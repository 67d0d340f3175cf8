import { Injectable } from '@nestjs/common';
import { BlobStore, ManifestStore, MirroredContent, RepositoryCatalog, TagStore } from '@berth/sdk';
import { FreshTags } from '../mirror/fresh-tags.js';
import { Registries } from '../mirror/registries.js';
import { AskedReferrers } from './asked-referrers.js';

/** What a run works with. */
@Injectable()
export class RunPorts {
  constructor(
    readonly manifests: ManifestStore,
    readonly blobs: BlobStore,
    readonly tags: TagStore,
    readonly catalog: RepositoryCatalog,
    readonly mirrored: MirroredContent,
    readonly registries: Registries,
    readonly fresh: FreshTags,
    readonly asked: AskedReferrers,
  ) {}
}
