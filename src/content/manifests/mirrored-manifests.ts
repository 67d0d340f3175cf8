import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import {
  AccessControl,
  Clock,
  type Digest,
  formatReference,
  Meter,
  type Reference,
  RegistryError,
  type RepositoryName,
  StorageError,
  type Tag,
} from '@berth/sdk';
import { RegistryLogger } from '../../logging/registry-logger.js';
import { type ManifestRow, Manifests } from '../../metadata/manifests.js';
import { Repositories } from '../../metadata/repositories.js';
import { HookRunner } from '../../plugin-host/hook-runner.js';
import type { ContentContext } from '../content-context.js';
import { NegativeMemory } from '../negative-memory.js';
import { UpstreamUnavailable } from '../upstream-unavailable.js';
import { SharedWork } from '../shared-work.js';
import { ConfirmedTags } from './confirmed-tags.js';
import { type FetchOutcome, ManifestFetch, type WantedManifest } from './manifest-fetch.js';
import { manifestUnknown } from './manifest-errors.js';
import { type GoneTag, MirroredRemoval } from './mirrored-removal.js';

export interface Located {
  readonly row: ManifestRow;
  /** Served although its upstream could not say whether it is the newest. */
  readonly isStale: boolean;
  /** False where it had to be fetched for this. */
  readonly isHeld: boolean;
}

export interface WhichManifest {
  readonly repository: RepositoryName;
  readonly reference: Reference;
  /** True where the client asks only whether it is there, as it does before a push. */
  readonly isHead: boolean;
}

type Refreshed = 'fresh' | 'fetched' | 'gone' | 'stale' | { readonly refusal: RegistryError };

/** Manifests that are not here and a source may have, and tags that a source may have moved. Many who ask for one at once ask once. */
@Injectable()
export class MirroredManifests implements OnApplicationShutdown {
  readonly #fetches = new SharedWork<FetchOutcome>();
  readonly #refreshes = new SharedWork<Refreshed>();
  readonly #confirmed;
  readonly #refused;
  readonly #staleAnswers;

  constructor(
    private readonly manifests: Manifests,
    private readonly repositories: Repositories,
    private readonly manifestFetch: ManifestFetch,
    private readonly removal: MirroredRemoval,
    private readonly access: AccessControl,
    private readonly hooks: HookRunner,
    private readonly logger: RegistryLogger,
    clock: Clock,
    meter: Meter,
  ) {
    this.#confirmed = new ConfirmedTags(clock);
    this.#refused = new NegativeMemory<FetchOutcome>(clock);
    this.#staleAnswers = meter
      .counter({
        name: 'berth_stale_answers_total',
        help: 'Answers from what is held because its upstream could not be asked.',
      })
      .with({});
  }

  /** After the last request: those under way may finish. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.#fetches.stop(), this.#refreshes.stop()]);
  }

  /**
   * What to serve where a look-up found `held`, which is not a pushed manifest. MANIFEST_UNKNOWN, DENIED where a gate refuses what a
   * source gives, UpstreamUnavailable where nothing is held and an upstream may have it.
   */
  async locate(which: WhichManifest, held: ManifestRow | undefined, context: ContentContext): Promise<Located> {
    const { reference } = which;
    if (!held) return { row: await this.#locateMissing(which, context), isStale: false, isHeld: false };
    const mayHaveMoved = reference.kind === 'tag' && held.tagOrigin === 'mirrored' && this.hooks.hears('tag.refresh');
    if (!mayHaveMoved || this.#confirmed.holds(which.repository, reference.tag, held.digest)) {
      return { row: held, isStale: false, isHeld: true };
    }
    return this.#refresh(which, reference.tag, held, context);
  }

  /** Makes the repository hold a manifest that one upstream has, without a tag. `local` where its first content was pushed. */
  async fetchFrom(
    upstream: string,
    { repository, digest }: { readonly repository: RepositoryName; readonly digest: Digest },
    context: ContentContext,
  ): Promise<FetchOutcome | 'local'> {
    const reference = { kind: 'digest', digest } as const;
    if (await this.#find(repository, reference)) return { outcome: 'held' };
    if (await this.repositories.isLocal(repository)) return 'local';
    // Not together with those who pull it: who is asked for them may be another one, or nobody.
    return this.#fetches.join(`${keyOf(repository, reference)} ${upstream}`, context, (detached) =>
      this.#fetch({ repository, reference, tag: undefined, upstream }, detached),
    );
  }

  /** Points a tag at a manifest that is held. `local` where it points at what was pushed; `absent` where the manifest is not held. */
  async moveTag(
    repository: RepositoryName,
    tag: Tag,
    digest: Digest,
    context: ContentContext,
  ): Promise<FetchOutcome | 'local'> {
    if (await this.repositories.isLocal(repository)) return 'local';
    const held = await this.#find(repository, { kind: 'tag', tag });
    if (held && (held.tagOrigin ?? held.origin) !== 'mirrored') return 'local';
    if (held?.digest === digest) return { outcome: 'held' };
    const reference = { kind: 'digest', digest } as const;
    const wanted = { repository, reference, tag: { name: tag, previous: held?.digest } };
    return (await this.#takeHeld(wanted, context)) ?? { outcome: 'absent' };
  }

  async #locateMissing(which: WhichManifest, context: ContentContext): Promise<ManifestRow> {
    const { repository, reference, isHead } = which;
    const unknown = (): RegistryError => manifestUnknown(repository, reference);
    if (!this.hooks.hears('manifest.readMiss')) throw unknown();
    const known = await this.repositories.find(repository);
    // What was pushed first is nobody's mirror.
    if (known?.upstream === null) throw unknown();
    const tag = reference.kind === 'tag' ? { name: reference.tag, previous: undefined } : undefined;
    const got = await this.#fetches.join(keyOf(repository, reference), context, async (detached) =>
      // Another one may have got it since it was looked up.
      (await this.#find(repository, reference))
        ? { outcome: 'held' }
        : this.#fetch({ repository, reference, tag }, detached),
    );
    if (got.outcome === 'refused') throw got.error;
    if (got.outcome === 'unavailable') {
      // Who is about to push asks first, and must not fail because some upstream is down.
      throw isHead && !known && this.access.may(context.identity, 'create', repository) ? unknown() : got.error;
    }
    const row = got.outcome === 'held' ? await this.#find(repository, reference) : undefined;
    if (!row) throw unknown();
    return row;
  }

  async #refresh(which: WhichManifest, tag: Tag, held: ManifestRow, context: ContentContext): Promise<Located> {
    const { repository, reference } = which;
    const refreshed = await this.#refreshes.join(keyOf(repository, reference), context, (detached) =>
      this.#askForNewer(repository, tag, held, detached),
    );
    if (typeof refreshed === 'object') throw refreshed.refusal;
    if (refreshed === 'stale') {
      this.#staleAnswers.add();
      return { row: held, isStale: true, isHeld: true };
    }
    const row = await this.#find(repository, reference);
    if (row) return { row, isStale: false, isHeld: refreshed === 'fresh' };
    if (refreshed === 'gone') throw manifestUnknown(repository, reference);
    // Evicted since it was looked up.
    return { row: await this.#locateMissing(which, context), isStale: false, isHeld: false };
  }

  async #askForNewer(
    repository: RepositoryName,
    tag: Tag,
    held: ManifestRow,
    context: ContentContext,
  ): Promise<Refreshed> {
    const result = await this.hooks.source('tag.refresh', { repository, tag, held: held.digest }, context);
    if (result.outcome === 'gone') {
      return this.#letGo({ repository, tag, digest: held.digest }, context);
    }
    if (result.outcome === 'unavailable' && result.withholdsHeld) return { refusal: new UpstreamUnavailable(result) };
    if (result.outcome !== 'found') return 'stale';
    const { digest, withholdsHeld = false, freshFor = 0 } = result.found;
    if (freshFor > 0) this.#confirmed.confirm(repository, tag, digest, freshFor);
    if (digest === held.digest) return 'fresh';
    const reference = { kind: 'digest', digest } as const;
    const wanted = { repository, reference, tag: { name: tag, previous: held.digest } };
    return this.#move(wanted, { withholdsHeld }, context);
  }

  /** Where a gate wants the tag kept it is served as what its upstream does not confirm. */
  async #letGo(gone: GoneTag, context: ContentContext): Promise<Refreshed> {
    try {
      await this.removal.remove(gone, context);
      return 'gone';
    } catch (cause) {
      if (cause instanceof RegistryError) return 'stale';
      throw cause;
    }
  }

  /** `withholdsHeld`: what is held is not served where the newer one cannot be had. */
  async #move(
    wanted: WantedManifest,
    { withholdsHeld }: { readonly withholdsHeld: boolean },
    context: ContentContext,
  ): Promise<Refreshed> {
    try {
      const got = await this.#fetch(wanted, context);
      if (got.outcome === 'refused') return { refusal: got.error };
      if (got.outcome === 'held') return got.wasHere ? 'fresh' : 'fetched';
      if (!withholdsHeld) return 'stale';
      if (got.outcome === 'unavailable') return { refusal: got.error };
      // It says that the tag points there, and that there is nothing.
      const upstream = (await this.repositories.find(wanted.repository))?.upstream ?? 'of the source';
      return { refusal: new UpstreamUnavailable({ upstream }) };
    } catch (cause) {
      // The newer one cannot be kept, for want of space perhaps; the one that is held can be served.
      if (!(cause instanceof StorageError) || withholdsHeld) throw cause;
      const { repository, reference, tag } = wanted;
      this.logger.warn(
        { repository, reference, tag: tag?.name, err: cause },
        'a tag that has moved upstream could not be moved here',
      );
      return 'stale';
    }
  }

  async #fetch(wanted: WantedManifest, context: ContentContext): Promise<FetchOutcome> {
    const { repository, reference, tag, upstream = '' } = wanted;
    const key = `${keyOf(repository, reference)} ${tag?.name ?? ''} ${upstream}`;
    const refused = this.#refused.recall(key);
    if (refused) return refused;
    const got = (await this.#takeHeld(wanted, context)) ?? (await this.manifestFetch.fetch(wanted, context));
    if (got.outcome === 'absent' || got.outcome === 'refused') this.#refused.remember(key, got);
    return got;
  }

  /** Where a tag moves to what the repository has already, no source is asked for the bytes. */
  async #takeHeld(wanted: WantedManifest, context: ContentContext): Promise<FetchOutcome | undefined> {
    const { repository, reference } = wanted;
    const row = await this.#find(repository, reference);
    const bytes = row && (await this.manifests.bytesOf(row.id));
    const upstream = (await this.repositories.find(repository))?.upstream;
    if (!bytes || upstream == null) return undefined;
    const taken = await this.manifestFetch.take(wanted, { mediaType: row.mediaType, bytes, upstream }, context);
    return taken.outcome === 'held' ? { ...taken, wasHere: true } : taken;
  }

  #find(repository: RepositoryName, reference: Reference): Promise<ManifestRow | undefined> {
    return reference.kind === 'tag'
      ? this.manifests.findByTag(repository, reference.tag)
      : this.manifests.findByDigest(repository, reference.digest);
  }
}

function keyOf(repository: RepositoryName, reference: Reference): string {
  return `${repository} ${formatReference(reference)}`;
}
