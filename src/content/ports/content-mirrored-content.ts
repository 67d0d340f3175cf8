import { Injectable } from '@nestjs/common';
import {
  ANONYMOUS,
  type Digest,
  MirroredContent,
  type MirrorOptions,
  type MirrorOutcome,
  type RepositoryName,
  type Tag,
} from '@berth/sdk';
import { ManifestScans } from '../../metadata/manifest-scans.js';
import { MissingBlobs } from '../blobs/missing-blobs.js';
import type { ContentContext } from '../content-context.js';
import type { FetchOutcome } from '../manifests/manifest-fetch.js';
import { MirroredManifests } from '../manifests/mirrored-manifests.js';
import { MirroredRemoval } from '../manifests/mirrored-removal.js';
import { UpstreamUnavailable } from '../upstream-unavailable.js';

/** What plugins have mirrored of their own accord goes the way of what is pulled, but nobody has pulled it. */
@Injectable()
export class ContentMirroredContent extends MirroredContent {
  constructor(
    private readonly manifests: MirroredManifests,
    private readonly blobs: MissingBlobs,
    private readonly removal: MirroredRemoval,
    private readonly scans: ManifestScans,
  ) {
    super();
  }

  async fetchManifest(
    repository: RepositoryName,
    digest: Digest,
    { upstream, signal }: MirrorOptions,
  ): Promise<MirrorOutcome> {
    return outcomeOf(await this.manifests.fetchFrom(upstream, { repository, digest }, contextOf(signal)));
  }

  async fetchBlob(
    repository: RepositoryName,
    digest: Digest,
    { upstream, signal }: MirrorOptions,
  ): Promise<MirrorOutcome> {
    try {
      const outcome = await this.blobs.fetchFrom(upstream, { repository, digest }, contextOf(signal));
      return { outcome: outcome === 'kept' ? 'held' : outcome };
    } catch (cause) {
      if (!(cause instanceof UpstreamUnavailable)) throw cause;
      return unavailable(cause);
    }
  }

  async moveTag(repository: RepositoryName, tag: Tag, digest: Digest, signal: AbortSignal): Promise<MirrorOutcome> {
    return outcomeOf(await this.manifests.moveTag(repository, tag, digest, contextOf(signal)));
  }

  removeTag(repository: RepositoryName, tag: Tag, digest: Digest, signal: AbortSignal): Promise<boolean> {
    return this.removal.remove({ repository, tag, digest }, contextOf(signal));
  }

  isPartOfIndex(repository: RepositoryName, digest: Digest): Promise<boolean> {
    return this.scans.isPartOfIndex(repository, digest);
  }
}

function outcomeOf(fetched: FetchOutcome | 'local'): MirrorOutcome {
  if (fetched === 'local') return { outcome: 'local' };
  if (fetched.outcome === 'refused') return { outcome: 'refused', reason: fetched.error.message };
  return fetched.outcome === 'unavailable' ? unavailable(fetched.error) : fetched;
}

function unavailable({ status, headers, message, cause }: UpstreamUnavailable): MirrorOutcome {
  const retryAfter = Number(headers['Retry-After']);
  const reason = cause instanceof Error ? `${message}: ${cause.message}` : message;
  return {
    outcome: 'unavailable',
    reason,
    status,
    ...(Number.isFinite(retryAfter) && { retryAfter }),
  };
}

/** Nobody asks: what is done here is done for the server itself. */
function contextOf(signal: AbortSignal): ContentContext {
  return { identity: ANONYMOUS, actor: undefined, requestId: undefined, signal, warn: () => undefined };
}
