import { Injectable } from '@nestjs/common';
import { Clock, type Digest, type RepositoryName, type Tag } from '@berth/sdk';
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

  /** False where it has been pushed or moved meanwhile and stays as it is. Rejects with a RegistryError where a gate wants it to stay. */
  async remove({ repository, tag, digest }: GoneTag, context: ContentContext): Promise<boolean> {
    const reference = { kind: 'tag', tag } as const;
    await this.hooks.gate('manifest.beforeDelete', { repository, reference, digest }, context);
    const upstream = await this.#commit({ repository, tag, digest });
    if (upstream === undefined) return false;
    this.audit.recordGone({ repository, reference: tag, digest, upstream });
    this.hooks.notify('tag.deleted', { repository, tag, digest }, context);
    return true;
  }

  /** Gives the upstream that the repository mirrors. */
  #commit({ repository, tag, digest }: GoneTag): Promise<string | undefined> {
    return this.database.transaction(async (facts) => {
      const row = await this.repositories.findIn(facts, repository);
      if (row?.upstream == null) return undefined;
      const repositoryId = row.id;
      const target = await this.tags.targetOf(facts, repositoryId, tag);
      if (target?.digest !== digest || target.origin !== 'mirrored') return undefined;
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
      return row.upstream;
    });
  }
}
