import type { BlobStore, Digest, ManifestStore, RepositoryName } from '@berth/sdk';
import { namedBy } from './named-content.js';
import type { PlatformChoice } from './platform-choice.js';

/** Looks whether all of an image is here, as far as a run would bring it. */
export class HeldImage {
  constructor(
    private readonly manifests: ManifestStore,
    private readonly blobs: BlobStore,
  ) {}

  async isWhole(repository: RepositoryName, digest: Digest, platforms: PlatformChoice): Promise<boolean> {
    const bytes = await this.manifests.read(repository, digest);
    if (!bytes) return false;
    const { manifests, blobs } = namedBy(bytes);
    for (const blob of blobs) if (!(await this.blobs.stat(repository, blob.digest))) return false;
    for (const child of platforms.of(manifests))
      if (!(await this.isWhole(repository, child.digest, platforms))) return false;
    return true;
  }
}
