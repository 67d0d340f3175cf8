import { Injectable } from '@nestjs/common';
import { Clock, type Digest, type FoundBlob, RegistryError, type RepositoryName, type SourceResult } from '@berth/sdk';
import { Blobs } from '../../metadata/blobs.js';
import { Changes } from '../../metadata/changes.js';
import { Database } from '../../metadata/database.js';
import { Memberships } from '../../metadata/memberships.js';
import { Repositories } from '../../metadata/repositories.js';
import { HookRunner } from '../../plugin-host/hook-runner.js';
import { BlobStores } from '../../storage/blob-stores.js';
import type { ContentContext } from '../content-context.js';
import { FilledImages } from '../manifests/filled-images.js';
import { RepositoryStores } from '../repositories/repository-stores.js';

interface Wanted {
  readonly repository: RepositoryName;
  readonly digest: Digest;
}

/** Bytes of a wanted blob that are here because an upstream supplied them for another repository. */
interface Held {
  readonly store: string;
  readonly size: number;
  readonly suppliers: readonly string[];
}

/**
 * Uses bytes that are here for a repository that mirrors an upstream too, where that upstream supplied them and says that this
 * repository of it has them. What somebody else supplied, or pushed, is nothing that it can have served by naming its digest.
 */
@Injectable()
export class HeldBytesReuse {
  constructor(
    private readonly database: Database,
    private readonly blobs: Blobs,
    private readonly memberships: Memberships,
    private readonly repositories: Repositories,
    private readonly changes: Changes,
    private readonly places: RepositoryStores,
    private readonly stores: BlobStores,
    private readonly images: FilledImages,
    private readonly hooks: HookRunner,
    private readonly clock: Clock,
  ) {}

  /** `kept`: the repository holds it. Else what a source said of it, or `undefined` where none was asked. */
  async offer(wanted: Wanted, context: ContentContext): Promise<'kept' | SourceResult<FoundBlob> | undefined> {
    const held = await this.#find(wanted);
    if (!held) return undefined;
    const { size, suppliers } = held;
    const result = await this.hooks.source(
      'blob.readMiss',
      { ...wanted, offset: 0, here: { size, suppliers } },
      context,
    );
    if (result.outcome !== 'found') return result;
    const { found } = result;
    if (!('isConfirmed' in found)) return { outcome: 'found', found };
    if (!suppliers.includes(found.upstream) || !(await this.#mayKeep(wanted, size, context))) return undefined;
    return (await this.#keep(wanted, held, found.upstream, context)) ? 'kept' : undefined;
  }

  async #find({ repository, digest }: Wanted): Promise<Held | undefined> {
    if (!this.hooks.hears('blob.readMiss')) return undefined;
    const store = await this.places.of({ name: repository });
    const row = await this.blobs.find({ store, digest });
    const suppliers = row ? await this.memberships.suppliers(store, digest) : [];
    if (!row || suppliers.length === 0) return undefined;
    // What is damaged had better be fetched.
    return (await this.stores.get(store).size(row.location)) === row.size
      ? { store, size: row.size, suppliers }
      : undefined;
  }

  /** Where a gate does not want it kept, it comes as if it were not here. */
  async #mayKeep({ repository, digest }: Wanted, size: number, context: ContentContext): Promise<boolean> {
    try {
      const event = { repository, digest, size, origin: 'mirrored', upload: undefined } as const;
      await this.hooks.gate('blob.beforeCommit', event, context);
      return true;
    } catch (cause) {
      if (cause instanceof RegistryError) return false;
      throw cause;
    }
  }

  /** False where the bytes have gone meanwhile. */
  async #keep(
    { repository, digest }: Wanted,
    { store }: Held,
    upstream: string,
    context: ContentContext,
  ): Promise<boolean> {
    // One that is not there yet is made where its upstream belongs.
    if ((await this.places.of({ name: repository, upstream })) !== store) return false;
    const kept = await this.database.transaction(async (facts) => {
      const at = this.clock.now();
      if (!(await this.blobs.touch(facts, { store, digest }, at))) return undefined;
      const ensured = await this.repositories.ensure(facts, {
        name: repository,
        store,
        upstream,
        actor: undefined,
        at,
      });
      if (ensured.store !== store) return undefined;
      const isNew = await this.memberships.put(facts, { repositoryId: ensured.id, store, digest, upstream, at });
      await this.changes.record(facts, { at, kind: 'blob.pushed', repository, digest, actor: undefined });
      const filled = isNew ? await this.images.byBlob(facts, { repositoryId: ensured.id, digest }, at) : [];
      return { created: ensured.created, filled };
    });
    if (kept) this.images.tell(repository, kept.filled, context);
    if (kept?.created) this.hooks.notify('repository.created', { repository }, context);
    return kept !== undefined;
  }
}
