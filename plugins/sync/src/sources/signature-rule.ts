import { Injectable } from '@nestjs/common';
import { type Digest, type HookEvents, isSection, MirroredContent, parseTag } from '@berth/sdk';
import type { Answering } from '../mirror/registries.js';
import { isAttachedTag } from '../periodic/attached-tags.js';
import { isSignature } from '../periodic/signature-types.js';
import { fallbackTag, fetchReferrers } from '../upstream/fetch-lists.js';
import { type FetchedManifest, resolveTag } from '../upstream/fetch-manifest.js';

type Missing = HookEvents['manifest.readMiss'];

/** `onlySigned`, for what somebody pulls: an image without a signature is one that its upstream does not have. */
@Injectable()
export class SignatureRule {
  constructor(private readonly mirrored: MirroredContent) {}

  /** Rejects with UpstreamTrouble where the upstream cannot say. */
  async admit(answering: Answering, missing: Missing, fetched: FetchedManifest, signal: AbortSignal): Promise<boolean> {
    if (!answering.registry.config.onlySigned) return true;
    const { repository, reference } = missing;
    const { digest } = fetched.descriptor;
    // Signatures and the like are not signed themselves, and what an index names is signed with it.
    if (reference.kind === 'tag' && isAttachedTag(reference.tag)) return true;
    if (hasSubject(fetched) || (await this.mirrored.isPartOfIndex(repository, digest))) return true;
    return this.#isSigned(answering, digest, signal);
  }

  async #isSigned({ registry, remote }: Answering, digest: Digest, signal: AbortSignal): Promise<boolean> {
    const ask = { repository: remote, signal };
    const tag = parseTag(`${fallbackTag(digest)}.sig`);
    const hasTag = tag && (await registry.client.ask((host) => resolveTag(host, { kind: 'tag', tag }, ask)));
    if (hasTag) return true;
    return (await registry.client.ask((host) => fetchReferrers(host, digest, ask))).some(isSignature);
  }
}

function hasSubject({ bytes }: FetchedManifest): boolean {
  const document: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
  return isSection(document) && isSection(document['subject']);
}
