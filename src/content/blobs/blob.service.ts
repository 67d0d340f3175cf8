import { Injectable } from '@nestjs/common';
import { AccessControl, Clock, type Digest, RegistryError, type RepositoryName } from '@berth/sdk';
import { Blobs, type HeldBlobRow } from '../../metadata/blobs.js';
import { Changes } from '../../metadata/changes.js';
import { Database } from '../../metadata/database.js';
import { Manifests } from '../../metadata/manifests.js';
import { Memberships } from '../../metadata/memberships.js';
import { DEFAULT_STORE, Repositories } from '../../metadata/repositories.js';
import { HookRunner } from '../../plugin-host/hook-runner.js';
import { BlobStorage, type OpenBlob } from '../../storage/blob-storage.js';
import type { ContentContext } from '../content-context.js';

export interface BlobDescription {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

/** How many repositories are asked for when a mount names none: one that may be read is enough. */
const MOUNT_CANDIDATES = 100;

@Injectable()
export class BlobService {
  constructor(
    private readonly database: Database,
    private readonly blobs: Blobs,
    private readonly memberships: Memberships,
    private readonly repositories: Repositories,
    private readonly manifests: Manifests,
    private readonly changes: Changes,
    private readonly storage: BlobStorage,
    private readonly access: AccessControl,
    private readonly hooks: HookRunner,
    private readonly clock: Clock,
  ) {}

  /**
   * What the repository holds under a digest. BLOB_UNKNOWN where it does not. A blob that no manifest names yet counts as
   * seen from now on: clients ask, skip the upload, and push the manifest later.
   */
  async stat(repository: RepositoryName, digest: Digest): Promise<BlobDescription> {
    const held = await this.#held(repository, digest);
    if (!held.referenced) {
      const key = { repositoryId: held.repositoryId, digest };
      const kept = await this.database.transaction((facts) => this.memberships.touch(facts, key, this.clock.now()), {
        durable: false,
      });
      if (!kept) throw blobUnknown(repository, digest);
    }
    return { digest, size: held.size };
  }

  /** The blob, open for reading; whoever takes it closes it. BLOB_UNKNOWN where the repository does not hold it. */
  async open(
    repository: RepositoryName,
    digest: Digest,
    context: ContentContext,
  ): Promise<BlobDescription & { readonly blob: OpenBlob }> {
    let held = await this.#held(repository, digest);
    let blob = await this.storage.open(held.location);
    if (!blob) {
      // Collected and pushed again between the row and the file: the row names the new file now.
      held = await this.#held(repository, digest);
      blob = await this.storage.open(held.location);
    }
    if (!blob) throw new Error(`The bytes of ${digest} are gone from ${held.location}.`);
    const { size } = held;
    this.hooks.notify('blob.pulled', { repository, digest, size }, context);
    return { digest, size, blob };
  }

  /**
   * Makes `repository` hold a blob that another one holds. Where `from` is absent, any repository that the actor may pull
   * from will do. False where there is none, or where it lies in another store. end-11
   */
  async mount(
    repository: RepositoryName,
    digest: Digest,
    from: RepositoryName | undefined,
    context: ContentContext,
  ): Promise<boolean> {
    const source = await this.#mountSource(digest, from, context.actor);
    if (source === undefined) return false;
    const size = await this.#mountFrom(source, repository, digest, context);
    if (size === undefined) return false;
    this.hooks.notify('blob.mounted', { repository, digest, size, from: source }, context);
    return true;
  }

  /** BLOB_UNKNOWN where the repository does not hold it; DENIED (405) while a manifest names it. end-10 */
  async delete(repository: RepositoryName, digest: Digest, context: ContentContext): Promise<void> {
    const { repositoryId } = await this.#held(repository, digest);
    await this.database.transaction(async (facts) => {
      const user = await this.manifests.userOf(facts, repositoryId, digest);
      if (user !== undefined) {
        throw new RegistryError('DENIED', {
          status: 405,
          message: 'the blob is part of a manifest: delete that first',
          detail: { digest, manifest: user },
        });
      }
      if (!(await this.memberships.remove(facts, { repositoryId, digest }))) throw blobUnknown(repository, digest);
      const at = this.clock.now();
      await this.changes.record(facts, { at, kind: 'blob.deleted', repository, digest, actor: context.actor });
    });
    this.hooks.notify('blob.deleted', { repository, digest, reason: 'request' }, context);
  }

  async #held(repository: RepositoryName, digest: Digest): Promise<HeldBlobRow> {
    const held = await this.blobs.findHeld(repository, digest);
    if (!held) throw blobUnknown(repository, digest);
    return held;
  }

  async #mountSource(
    digest: Digest,
    from: RepositoryName | undefined,
    actor: string | undefined,
  ): Promise<RepositoryName | undefined> {
    const candidates = from ? [from] : await this.memberships.holders(DEFAULT_STORE, digest, MOUNT_CANDIDATES);
    return candidates.find((candidate) => this.access.may(actor, 'pull', candidate));
  }

  #mountFrom(
    source: RepositoryName,
    repository: RepositoryName,
    digest: Digest,
    { actor }: ContentContext,
  ): Promise<number | undefined> {
    return this.database.transaction(async (facts) => {
      const at = this.clock.now();
      const origin = await this.repositories.findIn(facts, source);
      if (!origin || !(await this.memberships.held(facts, origin.id, [digest])).has(digest)) return undefined;
      const target = await this.repositories.ensure(facts, { name: repository, actor, at });
      if (target.store !== origin.store) return undefined;
      await this.memberships.put(facts, { repositoryId: target.id, store: target.store, digest, at });
      await this.changes.record(facts, { at, kind: 'blob.mounted', repository, digest, actor });
      return (await this.blobs.findIn(facts, { store: origin.store, digest }))?.size;
    });
  }
}

export function blobUnknown(repository: RepositoryName, digest: Digest): RegistryError {
  return new RegistryError('BLOB_UNKNOWN', { detail: { repository, digest } });
}
