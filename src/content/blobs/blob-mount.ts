import { Injectable } from '@nestjs/common';
import { AccessControl, Clock, type Digest, type Identity, type RepositoryName } from '@berth/sdk';
import { Blobs } from '../../metadata/blobs.js';
import { Changes } from '../../metadata/changes.js';
import { Database } from '../../metadata/database.js';
import { Memberships } from '../../metadata/memberships.js';
import { Repositories } from '../../metadata/repositories.js';
import { HookRunner } from '../../plugin-host/hook-runner.js';
import type { ContentContext } from '../content-context.js';
import { RepositoryStores } from '../repositories/repository-stores.js';

/** How many repositories are asked for when a mount names none: one that may be read is enough. */
const MOUNT_CANDIDATES = 100;

/** Lets a repository hold a blob that another one holds, without a byte being sent. */
@Injectable()
export class BlobMount {
  constructor(
    private readonly database: Database,
    private readonly blobs: Blobs,
    private readonly memberships: Memberships,
    private readonly repositories: Repositories,
    private readonly stores: RepositoryStores,
    private readonly changes: Changes,
    private readonly access: AccessControl,
    private readonly hooks: HookRunner,
    private readonly clock: Clock,
  ) {}

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
    const source = await this.#mountSource(repository, digest, from, context.identity);
    if (source === undefined) return false;
    await this.#askGate(source, repository, digest, context);
    const mounted = await this.#mountFrom(source, repository, digest, context);
    if (mounted === undefined) return false;
    const { size, created } = mounted;
    if (created) this.hooks.notify('repository.created', { repository }, context);
    this.hooks.notify('blob.mounted', { repository, digest, size, from: source }, context);
    return true;
  }

  async #askGate(
    source: RepositoryName,
    repository: RepositoryName,
    digest: Digest,
    context: ContentContext,
  ): Promise<void> {
    if (!this.hooks.hears('blob.beforeCommit')) return;
    const size = (await this.blobs.findHeld(source, digest))?.size;
    if (size === undefined) return;
    const event = { repository, digest, size, origin: 'pushed', upload: undefined } as const;
    await this.hooks.gate('blob.beforeCommit', event, context);
  }

  async #mountSource(
    repository: RepositoryName,
    digest: Digest,
    from: RepositoryName | undefined,
    identity: Identity,
  ): Promise<RepositoryName | undefined> {
    const candidates = from ? [from] : await this.#holders(await this.stores.of({ name: repository }), digest);
    return candidates.find((candidate) => this.access.may(identity, 'read', candidate));
  }

  #holders(store: string, digest: Digest): Promise<RepositoryName[]> {
    return this.memberships.holders(store, digest, MOUNT_CANDIDATES);
  }

  #mountFrom(
    source: RepositoryName,
    repository: RepositoryName,
    digest: Digest,
    { actor }: ContentContext,
  ): Promise<{ readonly size: number; readonly created: boolean } | undefined> {
    return this.database.transaction(async (facts) => {
      const at = this.clock.now();
      const origin = await this.repositories.findIn(facts, source);
      if (!origin || !(await this.memberships.held(facts, origin.id, [digest])).has(digest)) return undefined;
      const blob = await this.blobs.findIn(facts, { store: origin.store, digest });
      const known = await this.repositories.findIn(facts, repository);
      const store = known?.store ?? this.stores.forNew({ name: repository });
      if (!blob || store !== origin.store) return undefined;
      const target = await this.repositories.ensure(facts, { name: repository, store, actor, at });
      await this.memberships.put(facts, { repositoryId: target.id, store: target.store, digest, at });
      await this.changes.record(facts, { at, kind: 'blob.mounted', repository, digest, actor });
      return { size: blob.size, created: target.created };
    });
  }
}
