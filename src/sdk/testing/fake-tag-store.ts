import type { Digest } from '../oci/digest.js';
import type { Origin } from '../oci/manifest.js';
import type { RepositoryName } from '../oci/repository-name.js';
import type { Tag } from '../oci/tag.js';
import { type TagInfo, TagStore } from '../ports/tag-store.js';

/** Tags that a test puts in. */
export class FakeTagStore extends TagStore {
  private readonly tags = new Map<string, TagInfo>();

  put(repository: RepositoryName, tag: Tag, digest: Digest, origin: Origin = 'pushed'): void {
    this.tags.set(`${repository}:${tag}`, { tag, digest, movedAt: 0, movedBy: undefined, origin });
  }

  async find(repository: RepositoryName, tag: Tag): Promise<TagInfo | undefined> {
    return this.tags.get(`${repository}:${tag}`);
  }

  async list(repository: RepositoryName, after: Tag | undefined, limit: number): Promise<readonly TagInfo[]> {
    const own = [...this.tags].filter(([key]) => key.startsWith(`${repository}:`)).map(([, info]) => info);
    const sorted = own.sort((left, right) => (left.tag < right.tag ? -1 : 1));
    return sorted.filter(({ tag }) => after === undefined || tag > after).slice(0, limit);
  }
}
