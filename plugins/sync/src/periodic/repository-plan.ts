import { type Descriptor, type Digest, isIndexType, type Tag } from '@berth/sdk';
import { fetchManifest } from '../upstream/fetch-manifest.js';
import { AttachedTags, isAttachedTag, isCosignTag } from './attached-tags.js';
import { AttachmentFetch } from './attachment-fetch.js';
import type { ChosenRepository } from './repository-listing.js';
import { eachOf } from './each-of.js';
import { HeldImage } from './held-image.js';
import { ImageFetch } from './image-fetch.js';
import { MirrorFailure } from './mirror-failure.js';
import { namedBy } from './named-content.js';
import type { PlannedRepository, PlannedState, PlannedTag } from './plan.js';
import type { RunPorts } from './run-ports.js';
import type { RepositoryScope } from './run-scope.js';
import { UpstreamTags } from './upstream-tags.js';

interface Found {
  readonly state: PlannedState;
  readonly digest?: Digest;
  /** Of all manifests that a run would take with it, as far as they are known. */
  readonly digests: readonly Digest[];
}

/** What a run would do with one repository. Asks the upstream and keeps nothing. */
export class RepositoryPlan {
  readonly #upstream: UpstreamTags;

  constructor(
    private readonly scope: RepositoryScope,
    private readonly repository: ChosenRepository,
    private readonly ports: RunPorts,
  ) {
    this.#upstream = new UpstreamTags(scope, ports.fresh);
  }

  /** Rejects with MirrorFailure and UpstreamTrouble. */
  async make(): Promise<PlannedRepository> {
    const { remote, local, selected } = this.repository;
    const listed = await this.#upstream.list();
    if (!listed) throw new MirrorFailure('absent', 'its upstream has no such repository');
    const attached = new AttachedTags(listed);
    const planned = new Map<Tag, PlannedTag>();
    const belonging = new Map<Tag, Tag>();
    await eachOf(listed, this.scope.requests.atOnce, async (tag) => {
      if (isAttachedTag(tag)) return;
      const verdict = selected.decide(tag);
      planned.set(tag, { tag, ...verdict });
      if (!verdict.isTaken) return;
      const { digests, ...found } = await this.#find(tag, attached);
      planned.set(tag, { tag, ...verdict, ...found });
      if (found.state === 'unsigned') return;
      for (const one of digests.flatMap((digest) => attached.of(digest))) belonging.set(one.tag, tag);
    });
    await eachOf(listed.filter(isAttachedTag), this.scope.requests.atOnce, async (tag) => {
      planned.set(tag, await this.#planAttached(tag, belonging.get(tag)));
    });
    return { remote, local, by: selected.by, tags: listed.flatMap((tag) => planned.get(tag) ?? []) };
  }

  async #planAttached(tag: Tag, image: Tag | undefined): Promise<PlannedTag> {
    if (isCosignTag(tag) && !this.scope.registry.config.syncLegacyCosignTags)
      return { tag, isTaken: false, why: 'syncLegacyCosignTags is false' };
    if (image === undefined) return { tag, isTaken: false, why: 'it belongs to no tag that is taken' };
    const { state, digest } = await this.#find(tag);
    return { tag, isTaken: true, why: `it belongs to ${image}`, state, ...(digest && { digest }) };
  }

  async #find(tag: Tag, attached?: AttachedTags): Promise<Found> {
    const held = await this.ports.tags.find(this.scope.local, tag);
    if (held && held.origin !== 'mirrored') return { state: 'shadowed', digests: [] };
    const found = await this.#upstream.resolve(tag);
    if (!found) return { state: 'gone', digests: [] };
    const { digest } = found;
    if (attached && (await this.#isUnsigned(digest, attached))) return { state: 'unsigned', digest, digests: [] };
    const digests = attached ? await this.#manifestsOf(found, attached) : [];
    if (!held) return { state: 'new', digest, digests };
    if (held.digest !== digest) return { state: 'moved', digest, digests };
    const { manifests, blobs } = this.ports;
    const isWhole = await new HeldImage(manifests, blobs).isWhole(
      this.scope.local,
      digest,
      this.repository.selected.platforms,
    );
    return { state: isWhole ? 'held' : 'incomplete', digest, digests };
  }

  async #isUnsigned(digest: Digest, attached: AttachedTags): Promise<boolean> {
    if (!this.scope.registry.config.onlySigned) return false;
    const images = new ImageFetch(this.scope, this.ports);
    const none = (): Promise<readonly Digest[]> => Promise.resolve([]);
    return !(await new AttachmentFetch(this.scope, attached, images, this.ports.asked, none).isSigned(digest));
  }

  /** With those of the children of an index, to which something may belong. */
  async #manifestsOf({ digest, mediaType }: Descriptor, attached: AttachedTags): Promise<readonly Digest[]> {
    if (!isIndexType(mediaType) || attached.isEmpty) return [digest];
    const { registry, requests, local, remote: repository, signal } = this.scope;
    const bytes =
      (await this.ports.manifests.read(local, digest)) ??
      (await requests.ask(async (bounded) => {
        const ask = { repository, signal: bounded };
        return (await registry.client.ask((host) => fetchManifest(host, { kind: 'digest', digest }, ask)))?.bytes;
      }, signal));
    const children = bytes ? this.repository.selected.platforms.of(namedBy(bytes).manifests) : [];
    return [digest, ...children.map((child) => child.digest)];
  }
}
