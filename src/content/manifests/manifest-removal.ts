import { Injectable } from '@nestjs/common';
import { AccessControl, Clock, RegistryError, type RepositoryName, type Tag } from '@berth/sdk';
import { Changes } from '../../metadata/changes.js';
import { Database } from '../../metadata/database.js';
import { type ManifestRow, Manifests } from '../../metadata/manifests.js';
import { Tags } from '../../metadata/tags.js';
import type { ContentContext } from '../content-context.js';
import { collision, manifestUnknown, tagIsMoving } from './manifest-errors.js';

/** Takes tags and manifests away, each in one transaction, in which it checks that nothing is broken by it. */
@Injectable()
export class ManifestRemoval {
  constructor(
    private readonly database: Database,
    private readonly manifests: Manifests,
    private readonly tags: Tags,
    private readonly changes: Changes,
    private readonly access: AccessControl,
    private readonly clock: Clock,
  ) {}

  /** Removes one tag, and gives it. MANIFEST_UNKNOWN; 409 where it points elsewhere by now. */
  removeTag(repository: RepositoryName, tag: Tag, row: ManifestRow, { actor }: ContentContext): Promise<Tag[]> {
    return this.database.transaction(async (facts) => {
      const { digest } = row;
      const current = await this.tags.digestOf(facts, row.repositoryId, tag);
      if (current === undefined) throw manifestUnknown(repository, { kind: 'tag', tag });
      // The gates agreed to the end of a tag that points at this digest, and at no other.
      if (current !== digest) throw tagIsMoving([tag]);
      await this.tags.remove(facts, row.repositoryId, tag);
      // Whoever pulls by the digest that the tag gave has as long as for anything else that is untagged.
      await this.manifests.touch(facts, row.id, this.clock.now());
      await this.changes.record(facts, {
        at: this.clock.now(),
        kind: 'tag.deleted',
        repository,
        reference: tag,
        digest,
        actor,
      });
      return [tag];
    });
  }

  /**
   * Removes a manifest, and gives the tags that went with it. DENIED (405) while an index names it; 409 where several tags name it and
   * the rules say that this must not go unnoticed.
   */
  removeManifest(repository: RepositoryName, row: ManifestRow, { actor, identity }: ContentContext): Promise<Tag[]> {
    const { id, repositoryId, digest } = row;
    return this.database.transaction(async (facts) => {
      const parent = await this.manifests.parentOf(facts, repositoryId, digest);
      if (parent !== undefined) {
        throw new RegistryError('DENIED', {
          status: 405,
          message: 'the manifest is part of an index: delete that first',
          detail: { digest, index: parent },
        });
      }
      const at = this.clock.now();
      const tags = await this.tags.removeAllOf(facts, id);
      if (tags.length > 1 && this.access.detectsCollisions(identity, repository)) throw collision(digest, tags);
      if (!(await this.manifests.remove(facts, id))) throw manifestUnknown(repository, { kind: 'digest', digest });
      for (const tag of tags) {
        await this.changes.record(facts, { at, kind: 'tag.deleted', repository, reference: tag, digest, actor });
      }
      await this.changes.record(facts, { at, kind: 'manifest.deleted', repository, digest, actor });
      return tags;
    });
  }
}
