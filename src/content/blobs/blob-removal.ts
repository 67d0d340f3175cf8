import { Injectable } from '@nestjs/common';
import { Clock, type Digest, RegistryError, type RepositoryName } from '@berth/sdk';
import { Changes } from '../../metadata/changes.js';
import { Database } from '../../metadata/database.js';
import { Manifests } from '../../metadata/manifests.js';
import { Memberships } from '../../metadata/memberships.js';
import type { ContentContext } from '../content-context.js';

/** Takes a blob away from a repository, in one transaction, in which it checks that no manifest is broken by it. */
@Injectable()
export class BlobRemoval {
  constructor(
    private readonly database: Database,
    private readonly memberships: Memberships,
    private readonly manifests: Manifests,
    private readonly changes: Changes,
    private readonly clock: Clock,
  ) {}

  /** False where the repository does not hold it; DENIED (405) while a manifest names it. */
  remove(
    { id, name }: { readonly id: number; readonly name: RepositoryName },
    digest: Digest,
    { actor }: ContentContext,
  ): Promise<boolean> {
    return this.database.transaction(async (facts) => {
      const user = await this.manifests.userOf(facts, id, digest);
      if (user !== undefined) {
        throw new RegistryError('DENIED', {
          status: 405,
          message: 'the blob is part of a manifest: delete that first',
          detail: { digest, manifest: user },
        });
      }
      if (!(await this.memberships.remove(facts, { repositoryId: id, digest }))) return false;
      const at = this.clock.now();
      await this.changes.record(facts, { at, kind: 'blob.deleted', repository: name, digest, actor });
      return true;
    });
  }
}
