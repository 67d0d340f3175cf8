import type { Digest } from '../oci/digest.js';
import type { RepositoryName } from '../oci/repository-name.js';
import type { Tag } from '../oci/tag.js';
import { MirroredContent, type MirrorOptions, type MirrorOutcome } from '../ports/mirrored-content.js';

/** Answers as a test says, and notes what it was asked for: `manifest <repository>@<digest>`, `tag <repository>:<tag>`, ... */
export class FakeMirroredContent extends MirroredContent {
  readonly asked: string[] = [];
  /** What indexes name. */
  readonly children = new Set<Digest>();
  /** By digest; what is not here is held at once. */
  readonly outcomes = new Map<Digest, MirrorOutcome>();

  async fetchManifest(repository: RepositoryName, digest: Digest, options: MirrorOptions): Promise<MirrorOutcome> {
    options.signal.throwIfAborted();
    return this.answer(`manifest ${repository}@${digest}`, digest);
  }

  async fetchBlob(repository: RepositoryName, digest: Digest, options: MirrorOptions): Promise<MirrorOutcome> {
    options.signal.throwIfAborted();
    return this.answer(`blob ${repository}@${digest}`, digest);
  }

  async moveTag(repository: RepositoryName, tag: Tag, digest: Digest): Promise<MirrorOutcome> {
    return this.answer(`tag ${repository}:${tag}`, digest);
  }

  async removeTag(repository: RepositoryName, tag: Tag): Promise<boolean> {
    this.asked.push(`removal ${repository}:${tag}`);
    return true;
  }

  async isPartOfIndex(_repository: RepositoryName, digest: Digest): Promise<boolean> {
    return this.children.has(digest);
  }

  private answer(asked: string, digest: Digest): MirrorOutcome {
    this.asked.push(asked);
    return this.outcomes.get(digest) ?? { outcome: 'held' };
  }
}
