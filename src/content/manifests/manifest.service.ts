import { Injectable } from '@nestjs/common';
import {
  algorithmOf,
  type Digest,
  type Manifest,
  type Reference,
  RegistryError,
  type RepositoryName,
  type Tag,
} from '@berth/sdk';
import { type ManifestRow, Manifests } from '../../metadata/manifests.js';
import { HookRunner } from '../../plugin-host/hook-runner.js';
import { digestBytes } from '../blobs/digesting.js';
import type { ContentContext } from '../content-context.js';
import { InUse } from '../eviction/in-use.js';
import { LastSeen } from '../last-seen.js';
import type { Supply } from '../mirror-meter.js';
import { ManifestCache } from './manifest-cache.js';
import { ManifestCommit } from './manifest-commit.js';
import { manifestUnknown, tagIsMoving } from './manifest-errors.js';
import { ManifestRemoval } from './manifest-removal.js';
import { parseManifest } from './manifest-validator.js';
import { type Located, MirroredManifests, type WhichManifest } from './mirrored-manifests.js';
import { PullCounter } from './pull-counter.js';
import { PushRights } from './push-rights.js';

export interface ManifestDescription {
  readonly digest: Digest;
  readonly mediaType: string;
  /** Bytes. */
  readonly size: number;
  /** True where its upstream could not say whether the tag still points at it. */
  readonly isStale?: boolean;
}

export interface PulledManifest extends ManifestDescription, Supply {
  /** The exact bytes, one character (0 to 255) a byte. */
  readonly text: string;
}

export interface ManifestPush {
  readonly repository: RepositoryName;
  readonly reference: Reference;
  /** More tags that are to point at it (end-7b). */
  readonly tags: readonly Tag[];
  /** The Content-Type without its parameters; `''` where the client sent none. */
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

export interface PushedManifest extends ManifestDescription {
  readonly subject: Digest | undefined;
  readonly tags: readonly Tag[];
}

/** How often the gates are asked again because a tag moved while they thought about it. */
const ATTEMPTS = 3;

@Injectable()
export class ManifestService {
  constructor(
    private readonly manifests: Manifests,
    private readonly cache: ManifestCache,
    private readonly manifestCommit: ManifestCommit,
    private readonly removal: ManifestRemoval,
    private readonly rights: PushRights,
    private readonly mirrored: MirroredManifests,
    private readonly lastSeen: LastSeen,
    private readonly pulls: PullCounter,
    private readonly inUse: InUse,
    private readonly hooks: HookRunner,
  ) {}

  /** MANIFEST_UNKNOWN where the repository has no such manifest and no source has it. end-3 HEAD */
  async stat(repository: RepositoryName, reference: Reference, context: ContentContext): Promise<ManifestDescription> {
    const row = await this.#find(repository, reference);
    const which = { repository, reference, isHead: true };
    const answered =
      row && isPushed(row)
        ? await this.#describe(which, { row, isStale: false, isHeld: true }, context)
        : await this.#answerMirrored(which, row, context, (located) => this.#describe(which, located, context));
    if (!answered) throw manifestUnknown(repository, reference);
    return answered;
  }

  /** The manifest byte for byte, as it was pushed or as a source has it. MANIFEST_UNKNOWN. end-3 GET */
  async pull(repository: RepositoryName, reference: Reference, context: ContentContext): Promise<PulledManifest> {
    const row = await this.#find(repository, reference);
    const which = { repository, reference, isHead: false };
    const answered =
      row && isPushed(row)
        ? await this.#read(which, { row, isStale: false, isHeld: true }, context)
        : await this.#answerMirrored(which, row, context, (located) => this.#read(which, located, context));
    if (!answered) throw manifestUnknown(repository, reference);
    return answered;
  }

  /** Once more from the source where it was evicted after it had been found: from then on it stays until it is answered. */
  async #answerMirrored<Answer>(
    which: WhichManifest,
    found: ManifestRow | undefined,
    context: ContentContext,
    answer: (located: Located) => Promise<Answer | undefined>,
  ): Promise<Answer | undefined> {
    const hold = this.inUse.holdManifest(which.repository, which.reference);
    try {
      const answered = await answer(await this.mirrored.locate(which, found, context));
      if (answered !== undefined || found?.origin !== 'mirrored') return answered;
      return await answer(await this.mirrored.locate(which, undefined, context));
    } finally {
      hold[Symbol.dispose]();
    }
  }

  /** `undefined` where it has gone since it was found. */
  async #describe(
    { repository, reference }: WhichManifest,
    { row, isStale }: Located,
    context: ContentContext,
  ): Promise<ManifestDescription | undefined> {
    if (this.hooks.hears('manifest.beforeGet')) {
      await this.hooks.gate('manifest.beforeGet', { repository, reference, digest: row.digest }, context);
    }
    // What has a tag is kept by it.
    const isHeld = reference.kind === 'tag' || (await this.lastSeen.manifest(row));
    if (!isHeld) return undefined;
    return isStale ? { ...row, isStale } : row;
  }

  /** `undefined` where it has gone since it was found. */
  async #read(
    { repository, reference }: WhichManifest,
    { row, isStale, isHeld }: Located,
    context: ContentContext,
  ): Promise<PulledManifest | undefined> {
    const { digest, mediaType, size, origin, upstream } = row;
    if (this.hooks.hears('manifest.beforeGet')) {
      await this.hooks.gate('manifest.beforeGet', { repository, reference, digest }, context);
    }
    const text = this.cache.get(digest) ?? (await this.cache.read(digest, row.id));
    if (text === undefined) return undefined;
    this.pulls.count(row.repositoryId, digest);
    if (this.hooks.hears('manifest.pulled')) {
      this.hooks.notify('manifest.pulled', { repository, reference, digest, mediaType, size, origin }, context);
    }
    return { digest, mediaType, size, text, isStale, upstream, isHeld };
  }

  /**
   * Checks, asks the gates, and commits manifest and tags at once. MANIFEST_INVALID, DIGEST_INVALID,
   * MANIFEST_BLOB_UNKNOWN, DENIED, or what a gate says; 409 where a tag keeps moving. end-7a, end-7b
   */
  async push(push: ManifestPush, context: ContentContext): Promise<PushedManifest> {
    const { repository, bytes } = push;
    const digest = digestOfPush(push);
    const manifest = parseManifest(bytes, push.mediaType);
    const tags = [...new Set(push.reference.kind === 'tag' ? [push.reference.tag, ...push.tags] : push.tags)];
    const { mediaType, subject } = manifest;
    const description = { digest, mediaType, size: bytes.byteLength };
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const previous = await this.#previousOf(repository, tags);
      this.rights.check({ repository, digest }, previous, context);
      await this.#askGates(push, manifest, description, previous, context);
      const pending = {
        repository,
        digest,
        manifest,
        bytes,
        origin: 'pushed',
        tags: previous,
        actor: context.actor,
        requestId: context.requestId,
      } as const;
      const result = await this.manifestCommit.commit(pending);
      if (result.outcome === 'moved') continue;
      this.cache.remember(digest, bytes);
      if (result.repositoryCreated) this.hooks.notify('repository.created', { repository }, context);
      this.#tellPushed(push, { ...description, subject: subject?.digest, tags }, previous, context);
      return { ...description, subject: subject?.digest, tags };
    }
    throw tagIsMoving(tags);
  }

  /** A tag: it alone. A digest: the manifest with all its tags; DENIED (405) while an index names it. end-9 */
  async delete(repository: RepositoryName, reference: Reference, context: ContentContext): Promise<void> {
    const row = await this.#find(repository, reference);
    if (!row) throw manifestUnknown(repository, reference);
    const { digest } = row;
    await this.hooks.gate('manifest.beforeDelete', { repository, reference, digest }, context);
    const gone =
      reference.kind === 'tag'
        ? await this.removal.removeTag(repository, reference.tag, row, context)
        : await this.removal.removeManifest(repository, row, context);
    for (const tag of gone) this.hooks.notify('tag.deleted', { repository, tag, digest }, context);
    if (reference.kind === 'digest')
      this.hooks.notify('manifest.deleted', { repository, digest, reason: 'request' }, context);
  }

  /** Not async: on the way of every pull, each promise in between costs. */
  #find(repository: RepositoryName, reference: Reference): Promise<ManifestRow | undefined> {
    return reference.kind === 'tag'
      ? this.manifests.findByTag(repository, reference.tag)
      : this.manifests.findByDigest(repository, reference.digest);
  }

  async #previousOf(repository: RepositoryName, tags: readonly Tag[]): Promise<ReadonlyMap<Tag, Digest | undefined>> {
    const previous = new Map<Tag, Digest | undefined>();
    for (const tag of tags) previous.set(tag, (await this.manifests.findByTag(repository, tag))?.digest);
    return previous;
  }

  async #askGates(
    push: ManifestPush,
    manifest: Manifest,
    description: ManifestDescription,
    tags: ReadonlyMap<Tag, Digest | undefined>,
    context: ContentContext,
  ): Promise<void> {
    const { repository, reference, bytes } = push;
    const origin = 'pushed';
    await this.hooks.gate(
      'manifest.beforePut',
      { ...description, repository, reference, tags: [...tags.keys()], manifest, bytes, origin },
      context,
    );
    for (const [tag, previous] of tags) {
      if (previous === description.digest) continue;
      await this.hooks.gate(
        'tag.beforeMove',
        { repository, tag, digest: description.digest, previous, origin },
        context,
      );
    }
  }

  #tellPushed(
    { repository }: ManifestPush,
    pushed: PushedManifest,
    previous: ReadonlyMap<Tag, Digest | undefined>,
    context: ContentContext,
  ): void {
    this.hooks.notify('manifest.pushed', { ...pushed, repository, origin: 'pushed' }, context);
    for (const [tag, before] of previous) {
      if (before !== pushed.digest) {
        this.hooks.notify('tag.moved', { repository, tag, digest: pushed.digest, previous: before }, context);
      }
    }
  }
}

/** By tag: always sha256, the canonical algorithm. By digest: in the client's algorithm, and it must agree. */
function digestOfPush({ reference, bytes }: ManifestPush): Digest {
  if (reference.kind === 'tag') return digestBytes('sha256', bytes);
  const found = digestBytes(algorithmOf(reference.digest), bytes);
  if (found === reference.digest) return found;
  throw new RegistryError('DIGEST_INVALID', { detail: { digest: reference.digest, found } });
}

/** Whether no source has a say in it: of a tag, who moved it counts, whatever it points at. */
function isPushed({ origin, tagOrigin = origin }: ManifestRow): boolean {
  return tagOrigin === 'pushed';
}
