import { Injectable } from '@nestjs/common';
import {
  artifactTypeOf,
  Clock,
  type Digest,
  type Manifest,
  type Origin,
  RegistryError,
  type RepositoryName,
  type Tag,
} from '@berth/sdk';
import { AuditLog } from '../../logging/audit-log.js';
import { Changes } from '../../metadata/changes.js';
import { Database } from '../../metadata/database.js';
import { type ManifestReference, Manifests } from '../../metadata/manifests.js';
import { Memberships } from '../../metadata/memberships.js';
import { Repositories } from '../../metadata/repositories.js';
import type { Facts } from '../../metadata/schema.js';
import { Tags } from '../../metadata/tags.js';
import { RepositoryStores } from '../repositories/repository-stores.js';
import { linksOf, mustBeHeld } from './manifest-links.js';

export interface PendingManifest {
  readonly repository: RepositoryName;
  readonly digest: Digest;
  readonly manifest: Manifest;
  readonly bytes: Uint8Array;
  readonly origin: Origin;
  /** Each tag that will point here, with what it pointed at when the gates saw it. */
  readonly tags: ReadonlyMap<Tag, Digest | undefined>;
  readonly actor: string | undefined;
  readonly requestId: string | undefined;
}

/** `moved`: a tag no longer pointed at what the gates had seen, so nothing was changed. */
export type CommitOutcome =
  { readonly outcome: 'committed'; readonly repositoryCreated: boolean } | { readonly outcome: 'moved' };

/** Missing references that an error names: enough to find the cause, and a bound for its size. */
const NAMED_IN_ERROR = 20;

/** Writes a manifest, its references and its tags down in one transaction, in which it checks that all it needs is held. */
@Injectable()
export class ManifestCommit {
  constructor(
    private readonly database: Database,
    private readonly repositories: Repositories,
    private readonly stores: RepositoryStores,
    private readonly manifests: Manifests,
    private readonly memberships: Memberships,
    private readonly tags: Tags,
    private readonly changes: Changes,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /** MANIFEST_BLOB_UNKNOWN where the repository lacks something the manifest needs. */
  async commit(pending: PendingManifest): Promise<CommitOutcome> {
    const { upstream, ...outcome } = await this.#commit(pending);
    if (upstream !== null) this.#auditShadowing(pending, upstream);
    return outcome;
  }

  /** From now on the upstream's tag of that name is not seen here, whether it has one or not. */
  #auditShadowing({ repository, digest, tags, actor, requestId }: PendingManifest, upstream: string): void {
    for (const reference of tags.keys())
      this.audit.recordShadowing({ repository, reference, digest, upstream, actor, requestId });
  }

  #commit(pending: PendingManifest): Promise<CommitOutcome & { readonly upstream: string | null }> {
    const links = linksOf(pending.manifest);
    return this.database.transaction(async (facts) => {
      const at = this.clock.now();
      const { repository, digest, actor } = pending;
      const made = { name: repository, store: this.stores.forNew({ name: repository }), actor, at };
      const { id: repositoryId, created, upstream } = await this.repositories.ensure(facts, made);
      if (await this.#hasMoved(facts, repositoryId, pending.tags)) return { outcome: 'moved', upstream: null } as const;
      await this.#checkHeld(facts, repositoryId, links);
      const { id, created: isNew } = await this.manifests.put(facts, this.#row(pending, repositoryId, links, at));
      if (isNew) await this.changes.record(facts, { at, kind: 'manifest.pushed', repository, digest, actor });
      for (const [tag, previous] of pending.tags) {
        await this.tags.move(facts, { repositoryId, tag, manifestId: id, actor, at });
        if (previous !== digest) {
          await this.changes.record(facts, { at, kind: 'tag.moved', repository, reference: tag, digest, actor });
        }
      }
      return { outcome: 'committed', repositoryCreated: created, upstream } as const;
    });
  }

  #row(pending: PendingManifest, repositoryId: number, references: readonly ManifestReference[], at: number) {
    const { digest, manifest, bytes, origin, actor } = pending;
    const { mediaType, subject, annotations } = manifest;
    const artifactType = artifactTypeOf(manifest);
    return {
      repositoryId,
      digest,
      mediaType,
      artifactType,
      subject: subject?.digest,
      annotations,
      bytes,
      origin,
      references,
      actor,
      at,
    };
  }

  async #hasMoved(facts: Facts, repositoryId: number, tags: PendingManifest['tags']): Promise<boolean> {
    for (const [tag, previous] of tags) {
      if ((await this.tags.digestOf(facts, repositoryId, tag)) !== previous) return true;
    }
    return false;
  }

  async #checkHeld(facts: Facts, repositoryId: number, links: readonly ManifestReference[]): Promise<void> {
    const missing: Digest[] = [];
    const blobs = mustBeHeld(links, 'blob');
    const children = mustBeHeld(links, 'manifest');
    const heldBlobs = await this.memberships.held(facts, repositoryId, blobs);
    missing.push(...blobs.filter((digest) => !heldBlobs.has(digest)));
    const heldManifests = await this.manifests.held(facts, repositoryId, children);
    // Build caches are indexes whose descriptors are blobs.
    const others = children.filter((digest) => !heldManifests.has(digest));
    const heldAsBlobs = await this.memberships.held(facts, repositoryId, others);
    missing.push(...others.filter((digest) => !heldAsBlobs.has(digest)));
    if (missing.length === 0) return;
    throw new RegistryError('MANIFEST_BLOB_UNKNOWN', {
      detail: { missing: missing.length, digests: missing.slice(0, NAMED_IN_ERROR) },
    });
  }
}
