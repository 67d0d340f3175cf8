import { Injectable } from '@nestjs/common';
import { type Descriptor, ManifestStore, type RepositoryName, type Tag } from '@berth/sdk';
import { Registries } from '../mirror/registries.js';

/** Tags of upstreams that are not asked on demand: they are as current as the last run, and nothing more can be said of them. */
@Injectable()
export class PolledTags {
  constructor(
    private readonly registries: Registries,
    private readonly manifests: ManifestStore,
  ) {}

  /** Where a tag points that periodic runs bring; `undefined` where none do. */
  async current(repository: RepositoryName, tag: Tag): Promise<Descriptor | undefined> {
    const mirroring = await this.registries.mirroring(repository);
    if (mirroring.length === 0) return undefined;
    const held = await this.manifests.find(repository, { kind: 'tag', tag });
    return held && { mediaType: held.mediaType, digest: held.digest, size: held.size };
  }
}
