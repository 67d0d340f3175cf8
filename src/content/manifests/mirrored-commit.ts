import { Injectable } from '@nestjs/common';
import { artifactTypeOf, Clock, type Digest, type Manifest, type RepositoryName, type Tag } from '@berth/sdk';
import { Changes } from '../../metadata/changes.js';
import { Database } from '../../metadata/database.js';
import { type ManifestReference, Manifests } from '../../metadata/manifests.js';
import { Memberships } from '../../metadata/memberships.js';
import { Repositories } from '../../metadata/repositories.js';
import type { Facts } from '../../metadata/schema.js';
import { Tags } from '../../metadata/tags.js';
import { RepositoryStores } from '../repositories/repository-stores.js';
import { type FilledImage, FilledImages } from './filled-images.js';
import { linksOf } from './manifest-links.js';

export interface MirroredManifest {
  readonly repository: RepositoryName;
  readonly upstream: string;
  readonly digest: Digest;
  readonly manifest: Manifest;
  readonly bytes: Uint8Array;
  /** The tag that will point here, and what it pointed at when the gates saw it. */
  readonly tag: { readonly name: Tag; readonly previous: Digest | undefined } | undefined;
  readonly actor: string | undefined;
}

/**
 * `overtaken`: the tag was moved, or the repository made by a push, since the gates were asked. Nothing was changed, and what is there
 * now is right.
 */
export type MirroredOutcome =
  | {
      readonly outcome: 'committed';
      readonly repositoryCreated: boolean;
      readonly manifestCreated: boolean;
      /** The image, where all that it names was there before it. */
      readonly filled: readonly FilledImage[];
    }
  | { readonly outcome: 'overtaken' };

/** Writes down a manifest that a source gave, in one transaction. It need not have what it names: that may come later, or never. */
@Injectable()
export class MirroredCommit {
  constructor(
    private readonly database: Database,
    private readonly repositories: Repositories,
    private readonly stores: RepositoryStores,
    private readonly manifests: Manifests,
    private readonly memberships: Memberships,
    private readonly tags: Tags,
    private readonly changes: Changes,
    private readonly images: FilledImages,
    private readonly clock: Clock,
  ) {}

  commit(mirrored: MirroredManifest): Promise<MirroredOutcome> {
    const links = linksOf(mirrored.manifest);
    return this.database.transaction(async (facts): Promise<MirroredOutcome> => {
      const at = this.clock.now();
      const { repository, upstream, digest, tag, actor } = mirrored;
      const known = await this.repositories.findIn(facts, repository);
      if (known?.upstream === null) return { outcome: 'overtaken' };
      const target = known && tag ? await this.tags.targetOf(facts, known.id, tag.name) : undefined;
      const isPushed = target !== undefined && target.origin !== 'mirrored';
      if (isPushed || target?.digest !== tag?.previous) return { outcome: 'overtaken' };
      const { id: repositoryId } =
        known ??
        (await this.repositories.ensure(facts, {
          name: repository,
          store: this.stores.forNew({ name: repository, upstream }),
          upstream,
          actor,
          at,
        }));
      const references = await this.#referencesOf(facts, repositoryId, links);
      const row = { ...this.#describe(mirrored), repositoryId, references, at };
      const { id, created } = await this.manifests.put(facts, row);
      if (created) await this.changes.record(facts, { at, kind: 'manifest.pushed', repository, digest, actor });
      if (tag && tag.previous !== digest) {
        await this.tags.move(facts, { repositoryId, tag: tag.name, manifestId: id, actor, at, origin: 'mirrored' });
        await this.changes.record(facts, { at, kind: 'tag.moved', repository, reference: tag.name, digest, actor });
      }
      const filled = created ? await this.images.byManifest(facts, id, at) : [];
      return { outcome: 'committed', repositoryCreated: !known, manifestCreated: created, filled };
    });
  }

  #describe({ digest, manifest, bytes, upstream, actor }: MirroredManifest) {
    const { mediaType, subject, annotations } = manifest;
    const artifactType = artifactTypeOf(manifest);
    const origin = 'mirrored' as const;
    return { digest, mediaType, artifactType, subject: subject?.digest, annotations, bytes, origin, upstream, actor };
  }

  /** `held` where the repository has it now: only that may be missed later. */
  async #referencesOf(
    facts: Facts,
    repositoryId: number,
    links: readonly ManifestReference[],
  ): Promise<ManifestReference[]> {
    const digests = [...new Set(links.map(({ digest }) => digest))];
    const blobs = await this.memberships.held(facts, repositoryId, digests);
    const manifests = await this.manifests.held(facts, repositoryId, digests);
    return links.map((link) => {
      const isHeld = blobs.has(link.digest) || (link.kind === 'manifest' && manifests.has(link.digest));
      return { ...link, state: isHeld ? 'held' : 'remote' };
    });
  }
}
