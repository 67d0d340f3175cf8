import { Injectable } from '@nestjs/common';
import { Clock, type Digest, RegistryError, type RepositoryName, type Tag } from '@berth/sdk';
import { AuditLog } from '../../logging/audit-log.js';
import { Changes } from '../../metadata/changes.js';
import { Database } from '../../metadata/database.js';
import { ManifestRelease } from '../../metadata/manifest-release.js';
import { Repositories } from '../../metadata/repositories.js';
import { Tags } from '../../metadata/tags.js';
import { HookRunner } from '../../plugin-host/hook-runner.js';
import type { ContentContext } from '../content-context.js';

export interface GoneTag {
  readonly repository: RepositoryName;
  readonly tag: Tag;
  /** What it pointed at when its upstream was asked. */
  readonly digest: Digest;
  readonly upstream: string;
}

/** Takes away a tag that its upstream has no more. The manifest goes with the next collection of garbage, unless something holds it. */
@Injectable()
export class MirroredRemoval {
  constructor(
    private readonly database: Database,
    private readonly repositories: Repositories,
    private readonly tags: Tags,
    private readonly release: ManifestRelease,
    private readonly changes: Changes,
    private readonly hooks: HookRunner,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /** False where a gate wants it kept. One that has been pushed or moved meanwhile stays as it is. */
  async remove(gone: GoneTag, context: ContentContext): Promise<boolean> {
    const { repository, tag, digest, upstream } = gone;
    const reference = { kind: 'tag', tag } as const;
    try {
      await this.hooks.gate('manifest.beforeDelete', { repository, reference, digest }, context);
    } catch (cause) {
      if (cause instanceof RegistryError) return false;
      throw cause;
    }
    if (!(await this.#commit(gone))) return true;
    this.audit.recordGone({ repository, reference: tag, digest, upstream });
    this.hooks.notify('tag.deleted', { repository, tag, digest }, context);
    return true;
  }

  #commit({ repository, tag, digest }: GoneTag): Promise<boolean> {
    return this.database.transaction(async (facts) => {
      const repositoryId = (await this.repositories.findIn(facts, repository))?.id;
      if (repositoryId === undefined) return false;
      const target = await this.tags.targetOf(facts, repositoryId, tag);
      if (target?.digest !== digest || target.origin !== 'mirrored') return false;
      await this.tags.remove(facts, repositoryId, tag);
      const at = this.clock.now();
      await this.release.release(facts, { repositoryId, digest, at });
      await this.changes.record(facts, {
        at,
        kind: 'tag.deleted',
        repository,
        reference: tag,
        digest,
        actor: undefined,
      });
      return true;
    });
  }
}
