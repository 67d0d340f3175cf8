import { Injectable } from '@nestjs/common';
import {
  algorithmOf,
  type Digest,
  type Manifest,
  MANIFEST_MAX_BYTES,
  type Reference,
  RegistryError,
  type RepositoryName,
  type SourceFinds,
  type Tag,
} from '@berth/sdk';
import { RegistryLogger } from '../../logging/registry-logger.js';
import { HookRunner } from '../../plugin-host/hook-runner.js';
import { digestBytes } from '../blobs/digesting.js';
import type { ContentContext } from '../content-context.js';
import { UpstreamUnavailable } from '../upstream-unavailable.js';
import { FilledImages } from './filled-images.js';
import { ManifestCache } from './manifest-cache.js';
import { parseManifest } from './manifest-validator.js';
import { MirroredCommit } from './mirrored-commit.js';

export interface WantedManifest {
  readonly repository: RepositoryName;
  /** What the source is asked for. */
  readonly reference: Reference;
  /** The tag that is to point at it, and what it points at now. */
  readonly tag: { readonly name: Tag; readonly previous: Digest | undefined } | undefined;
  /** The only upstream that is to be asked; absent: whoever answers for the repository. */
  readonly upstream?: string;
}

/** `held`: whatever there is now is what a look-up finds; `wasHere`: no byte was asked for. `refused`: a gate does not let it in. */
export type FetchOutcome =
  | { readonly outcome: 'held'; readonly wasHere?: boolean }
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'refused'; readonly error: RegistryError }
  | { readonly outcome: 'unavailable'; readonly error: UpstreamUnavailable };

type Found = SourceFinds['manifest.readMiss'];

/** A manifest that was found, once its bytes are known to be what was asked for. */
interface Verified {
  readonly manifest: Manifest;
  readonly digest: Digest;
  readonly bytes: Uint8Array;
  readonly upstream: string;
}

const NOT_FOUND = 404;

/** Gets one manifest from whoever answers `manifest.readMiss`: verified, passed by the gates, and only then held. */
@Injectable()
export class ManifestFetch {
  constructor(
    private readonly mirroredCommit: MirroredCommit,
    private readonly cache: ManifestCache,
    private readonly images: FilledImages,
    private readonly hooks: HookRunner,
    private readonly logger: RegistryLogger,
  ) {}

  /** Rejects where a gate fails, and as the database does. */
  async fetch(wanted: WantedManifest, context: ContentContext): Promise<FetchOutcome> {
    const { repository, reference, upstream } = wanted;
    const missing = { repository, reference, ...(upstream !== undefined && { upstream }) };
    const result = await this.hooks.source('manifest.readMiss', missing, context);
    if (result.outcome === 'found') return this.take(wanted, result.found, context);
    if (result.outcome === 'absent') return result;
    // Nothing is held that could be stale.
    if (result.outcome === 'stale') return unavailable(new UpstreamUnavailable({ upstream: 'of the source' }));
    return result.status === NOT_FOUND ? { outcome: 'absent' } : unavailable(new UpstreamUnavailable(result));
  }

  /** Keeps what was found, if it is what was wanted and every gate agrees. */
  async take(wanted: WantedManifest, found: Found, context: ContentContext): Promise<FetchOutcome> {
    let verified;
    try {
      verified = verify(wanted.reference, found);
    } catch (cause) {
      const { repository, reference } = wanted;
      const { upstream } = found;
      this.logger.warn({ repository, reference, upstream, err: cause }, 'a source gave no manifest that can be served');
      return unavailable(new UpstreamUnavailable({ upstream }, cause));
    }
    try {
      await this.#askGates(wanted, verified, context);
    } catch (cause) {
      if (!(cause instanceof RegistryError)) throw cause;
      return { outcome: 'refused', error: refusal(cause) };
    }
    await this.#keep(wanted, verified, context);
    return { outcome: 'held' };
  }

  async #askGates(
    { repository, reference, tag }: WantedManifest,
    { manifest, digest, bytes }: Verified,
    context: ContentContext,
  ): Promise<void> {
    const { mediaType } = manifest;
    const size = bytes.byteLength;
    const origin = 'mirrored';
    const tags = tag ? [tag.name] : [];
    await this.hooks.gate(
      'manifest.beforePut',
      { repository, reference, tags, digest, mediaType, size, manifest, bytes, origin },
      context,
    );
    if (!tag || tag.previous === digest) return;
    const { name, previous } = tag;
    await this.hooks.gate('tag.beforeMove', { repository, tag: name, digest, previous, origin }, context);
  }

  async #keep({ repository, tag }: WantedManifest, verified: Verified, context: ContentContext): Promise<void> {
    const { manifest, digest, bytes } = verified;
    const committed = await this.mirroredCommit.commit({ ...verified, repository, tag, actor: context.actor });
    if (committed.outcome === 'overtaken') return;
    this.cache.remember(digest, bytes);
    const { mediaType, subject } = manifest;
    if (committed.repositoryCreated) this.hooks.notify('repository.created', { repository }, context);
    const isMoved = tag !== undefined && tag.previous !== digest;
    if (committed.manifestCreated) {
      const tags = tag ? [tag.name] : [];
      const pushed = { repository, digest, mediaType, size: bytes.byteLength, tags, subject: subject?.digest };
      this.hooks.notify('manifest.pushed', { ...pushed, origin: 'mirrored' }, context);
    }
    if (isMoved) {
      this.hooks.notify('tag.moved', { repository, tag: tag.name, digest, previous: tag.previous }, context);
    }
    this.images.tell(repository, committed.filled, context);
  }
}

function unavailable(error: UpstreamUnavailable): FetchOutcome {
  return { outcome: 'unavailable', error };
}

/** Throws what is wrong with it: upstreams may send anything. */
function verify(reference: Reference, found: Found): Verified {
  const { bytes, mediaType, upstream } = found;
  if (bytes.byteLength > MANIFEST_MAX_BYTES)
    throw new RangeError(`A manifest of ${String(bytes.byteLength)} bytes is too large.`);
  const digest = digestBytes(reference.kind === 'digest' ? algorithmOf(reference.digest) : 'sha256', bytes);
  if (reference.kind === 'digest' && digest !== reference.digest)
    throw new Error(`The bytes given for ${reference.digest} are those of ${digest}.`);
  return { manifest: parseManifest(bytes, mediaType), digest, bytes, upstream };
}

/** Whatever a gate says of a push, a client that pulls is denied. */
function refusal(cause: RegistryError): RegistryError {
  return new RegistryError('DENIED', { message: cause.message, detail: cause.detail, cause });
}
