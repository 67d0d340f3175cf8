import { Injectable } from '@nestjs/common';
import { type Digest, RegistryError, type RepositoryName, type Tag } from '@berth/sdk';
import { Manifests } from '../../metadata/manifests.js';
import { HookRunner } from '../../plugin-host/hook-runner.js';
import type { ContentContext } from '../content-context.js';
import { ManifestRemoval } from './manifest-removal.js';

export interface GoneTag {
  readonly repository: RepositoryName;
  readonly tag: Tag;
  /** What it pointed at when its upstream was seen not to have it. */
  readonly digest: Digest;
}

/** Takes away tags that their upstream has no more. */
@Injectable()
export class MirroredTagRemoval {
  constructor(
    private readonly manifests: Manifests,
    private readonly removal: ManifestRemoval,
    private readonly hooks: HookRunner,
  ) {}

  /** False where it has been moved since, or points at what was pushed. Rejects with what a gate says that wants it to stay. */
  async remove({ repository, tag, digest }: GoneTag, context: ContentContext): Promise<boolean> {
    const row = await this.manifests.findByTag(repository, tag);
    if (row?.digest !== digest || row.origin !== 'mirrored') return false;
    const reference = { kind: 'tag', tag } as const;
    await this.hooks.gate('manifest.beforeDelete', { repository, reference, digest }, context);
    try {
      await this.removal.removeTag(repository, tag, row, context);
    } catch (cause) {
      // Somebody else moved or removed it meanwhile.
      if (cause instanceof RegistryError) return false;
      throw cause;
    }
    this.hooks.notify('tag.deleted', { repository, tag, digest }, context);
    return true;
  }
}
