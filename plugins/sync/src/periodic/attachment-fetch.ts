import type { Descriptor, Digest, Tag } from '@berth/sdk';
import { fetchReferrers, fetchReferrersByApi } from '../upstream/fetch-lists.js';
import type { AskedReferrers } from './asked-referrers.js';
import type { AttachedTag, AttachedTags } from './attached-tags.js';
import type { ImageFetch } from './image-fetch.js';
import { MirrorFailure } from './mirror-failure.js';
import { PlatformChoice } from './platform-choice.js';
import type { RepositoryScope } from './run-scope.js';
import { isSignature } from './signature-types.js';

/** A signature of a signature of an SBOM: somebody may go on for ever. */
const MOST = 10_000;
const EVERYTHING = new PlatformChoice(undefined);

/** Brings what belongs to images: referrers, and tags that are named after their digests; and what belongs to those. */
export class AttachmentFetch {
  readonly #known = new Map<Digest, Promise<readonly Digest[]>>();
  readonly #listed = new Map<Digest, Promise<readonly Descriptor[] | undefined>>();

  /** `bringTag`: brings one of the tags whole, and gives the manifests of it. */
  constructor(
    private readonly scope: RepositoryScope,
    private readonly tags: AttachedTags,
    private readonly images: ImageFetch,
    private readonly asked: AskedReferrers,
    private readonly bringTag: (tag: Tag) => Promise<readonly Digest[]>,
  ) {}

  /** `digests`: of the manifests of an image, which are held. */
  async bring(digests: readonly Digest[]): Promise<void> {
    const queue = [...digests];
    const seen = new Set<Digest>();
    // What is pushed meanwhile is gone through too.
    for (const digest of queue) {
      if (seen.has(digest)) continue;
      seen.add(digest);
      if (seen.size > MOST) throw new MirrorFailure('refused', `more than ${MOST} manifests belong to it`);
      queue.push(...(await this.#of(digest)));
    }
  }

  /** Whether the upstream has a signature of it, valid or not. */
  async isSigned(digest: Digest): Promise<boolean> {
    const attached = this.tags.of(digest);
    if (attached.some(({ ending }) => ending === '.sig')) return true;
    if ((await this.asked.recall(this.scope.local, digest))?.isSigned) return true;
    const listed = (await this.#listedByApi(digest)) ?? (attached.length > 0 ? await this.#listedByTag(digest) : []);
    return listed.some(isSignature);
  }

  /** Never waits for what another manifest waits for, so that a circle of referrers stops nothing. */
  #of(digest: Digest): Promise<readonly Digest[]> {
    let known = this.#known.get(digest);
    if (!known) {
      known = this.#bringOf(digest);
      this.#known.set(digest, known);
    }
    return known;
  }

  async #bringOf(digest: Digest): Promise<readonly Digest[]> {
    const brought: Digest[] = [];
    for (const attached of this.tags.of(digest)) {
      if (this.#isWanted(attached)) brought.push(...(await this.bringTag(attached.tag)));
    }
    if (await this.asked.recall(this.scope.local, digest)) return brought;
    const listed = (await this.#listedByApi(digest)) ?? [];
    for (const referrer of listed) brought.push(...(await this.#bringReferrer(referrer)));
    this.#listed.delete(digest);
    await this.asked.asked(this.scope.local, digest, listed.some(isSignature));
    return brought;
  }

  #isWanted({ ending }: AttachedTag): boolean {
    return ending === '' || this.scope.registry.config.syncLegacyCosignTags;
  }

  /** One that its upstream lists and does not have, or that a gate refuses, keeps no image away. */
  async #bringReferrer({ digest }: Descriptor): Promise<readonly Digest[]> {
    try {
      return await this.images.bring(digest, EVERYTHING);
    } catch (cause) {
      if (cause instanceof MirrorFailure && (cause.fault === 'absent' || cause.fault === 'refused')) return [];
      throw cause;
    }
  }

  #listedByApi(digest: Digest): Promise<readonly Descriptor[] | undefined> {
    let listed = this.#listed.get(digest);
    if (!listed) {
      listed = this.#askApi(digest);
      this.#listed.set(digest, listed);
    }
    return listed;
  }

  async #askApi(digest: Digest): Promise<readonly Descriptor[] | undefined> {
    const { run, requests, registry, remote, signal } = this.scope;
    if (!run.hasReferrersApi) return undefined;
    const listed = await requests.ask(
      (bounded) =>
        registry.client.ask((host) => fetchReferrersByApi(host, digest, { repository: remote, signal: bounded })),
      signal,
    );
    run.hasReferrersApi = listed !== undefined;
    return listed;
  }

  #listedByTag(digest: Digest): Promise<readonly Descriptor[]> {
    const { requests, registry, remote, signal } = this.scope;
    return requests.ask(
      (bounded) => registry.client.ask((host) => fetchReferrers(host, digest, { repository: remote, signal: bounded })),
      signal,
    );
  }
}
