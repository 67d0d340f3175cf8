import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { AccessControl, Clock, type Digest, type FillInFlight, type RepositoryName } from '@berth/sdk';
import { Blobs } from '../../metadata/blobs.js';
import { Repositories } from '../../metadata/repositories.js';
import { StoredBlobs } from '../../metadata/stored-blobs.js';
import { HookRunner } from '../../plugin-host/hook-runner.js';
import type { OpenBlob } from '../../storage/blob-storage.js';
import { BlobStores } from '../../storage/blob-stores.js';
import type { ContentContext } from '../content-context.js';
import { MirrorMeter, type Supply } from '../mirror-meter.js';
import { unlessAborted } from '../unless-aborted.js';
import { UpstreamUnavailable } from '../upstream-unavailable.js';
import { BlobFill, type FillOutcome, type WantedBlob } from './blob-fill.js';
import { GrowingBlob } from './growing-blob.js';

/** One fetch, and what those who wait for it follow. */
interface Flight {
  readonly repository: RepositoryName;
  readonly digest: Digest;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly blob: GrowingBlob;
  readonly ended: Promise<FillOutcome>;
  /** `growing` once there is something to follow, else how it ended. */
  readonly begun: Promise<FillOutcome | 'growing'>;
}

export interface OpenedBlob extends Supply {
  readonly blob: OpenBlob;
  /** Bytes. */
  readonly size: number;
}

/**
 * Blobs that a repository does not hold and a source may have. Whoever asks for the same one meanwhile follows the same fetch,
 * which goes on for the others, and for later, when one of them leaves.
 */
@Injectable()
export class MissingBlobs implements OnApplicationShutdown {
  readonly #flights = new Map<string, Flight>();
  /** Those that are not over, also where nobody can join them any more. The oldest comes first. */
  readonly #running = new Set<Flight>();
  readonly #stopping = new AbortController();

  constructor(
    private readonly blobs: Blobs,
    private readonly repositories: Repositories,
    private readonly stored: StoredBlobs,
    private readonly stores: BlobStores,
    private readonly blobFill: BlobFill,
    private readonly access: AccessControl,
    private readonly hooks: HookRunner,
    private readonly meter: MirrorMeter,
    private readonly clock: Clock,
  ) {}

  /** The fetches under way, the oldest first. */
  get inFlight(): readonly FillInFlight[] {
    return [...this.#running].map(({ repository, digest, since, blob }) => ({
      repository,
      digest,
      upstream: blob.upstream,
      size: blob.announcedSize,
      received: blob.received,
      since,
      readers: blob.users,
    }));
  }

  /** After the last request: those under way may finish, and what nobody waits for any more ends. */
  async onApplicationShutdown(): Promise<void> {
    this.#stopping.abort(new Error('The server is stopping.'));
    await Promise.allSettled([...this.#running].map(({ ended }) => ended));
  }

  /**
   * Its size, or `undefined` where nobody has it. A client that is about to push asks first: where it may push, an upstream that
   * cannot be asked counts as one that has nothing, unless the repository mirrors it.
   */
  async stat(repository: RepositoryName, digest: Digest, context: ContentContext): Promise<number | undefined> {
    if (!(await this.#mayBeElsewhere(repository, digest))) return undefined;
    const { blob, begun } = this.#join({ repository, digest }, context);
    blob.enter();
    try {
      const state = await unlessAborted(begun, context.signal);
      if (state === 'absent') return undefined;
      return state === 'growing' ? blob.size : (await this.blobs.findHeld(repository, digest))?.size;
    } catch (cause) {
      if (!(cause instanceof UpstreamUnavailable)) throw cause;
      if (!this.access.may(context.identity, 'create', repository)) throw cause;
      if (await this.repositories.isMirrored(repository)) throw cause;
      return undefined;
    } finally {
      blob.leave();
    }
  }

  /**
   * The blob, open for reading from its first byte on, which has come; `undefined` where nobody has it. UpstreamUnavailable where an
   * upstream may.
   */
  async open(repository: RepositoryName, digest: Digest, context: ContentContext): Promise<OpenedBlob | undefined> {
    if (!(await this.#mayBeElsewhere(repository, digest))) return undefined;
    const known = this.#joinable(repository, digest);
    const { blob, begun } = known ?? this.#begin({ repository, digest }, context);
    blob.enter();
    let followed: OpenBlob | undefined;
    try {
      const state = await unlessAborted(begun, context.signal);
      if (state === 'absent') return undefined;
      if (state !== 'growing') return await this.#openHeld(repository, digest);
      followed = blob.follow(context.signal);
      const { size, upstream = null } = blob;
      if (known && upstream !== null) this.meter.of(upstream).coalesced.add();
      return { blob: followed, size, upstream, isHeld: false };
    } finally {
      // Whoever follows it leaves by closing it.
      if (!followed) blob.leave();
    }
  }

  /** Makes the repository hold it, where a source has it and no gate objects. UpstreamUnavailable where an upstream may have it. */
  async fetch(repository: RepositoryName, digest: Digest, context: ContentContext): Promise<FillOutcome> {
    if (!this.hooks.hears('blob.readMiss')) return 'absent';
    return unlessAborted(this.#join({ repository, digest }, context).ended, context.signal);
  }

  /** As `fetch`, from one upstream; `local` where the first content of the repository was pushed. */
  async fetchFrom(
    upstream: string,
    { repository, digest }: WantedBlob,
    context: ContentContext,
  ): Promise<FillOutcome | 'local'> {
    if (await this.blobs.findHeld(repository, digest)) return 'kept';
    if (await this.repositories.isLocal(repository)) return 'local';
    const wasUnderWay = this.#flights.has(keyOf(repository, digest));
    const join = (): Promise<FillOutcome> =>
      unlessAborted(this.#join({ repository, digest, upstream }, context).ended, context.signal);
    const outcome = await join();
    // Who answers for the repository when somebody pulls may be another one, or nobody.
    return outcome === 'absent' && wasUnderWay ? join() : outcome;
  }

  /** Nothing of a repository whose first content was pushed is ever asked for, but what it holds and a scrub has found damaged. */
  async #mayBeElsewhere(repository: RepositoryName, digest: Digest): Promise<boolean> {
    if (!this.hooks.hears('blob.readMiss')) return false;
    return !(await this.repositories.isLocal(repository)) || this.stored.isDamagedIn(repository, digest);
  }

  async #openHeld(repository: RepositoryName, digest: Digest): Promise<OpenedBlob | undefined> {
    const held = await this.blobs.findHeld(repository, digest);
    const blob = held && (await this.stores.get(held.store).open(held.location));
    return blob && { blob, size: held.size, upstream: held.upstream, isHeld: true };
  }

  #join(wanted: WantedBlob, context: ContentContext): Flight {
    return this.#joinable(wanted.repository, wanted.digest) ?? this.#begin(wanted, context);
  }

  #joinable(repository: RepositoryName, digest: Digest): Flight | undefined {
    const known = this.#flights.get(keyOf(repository, digest));
    return known?.blob.isJoinable ? known : undefined;
  }

  #begin(wanted: WantedBlob, context: ContentContext): Flight {
    const { repository, digest } = wanted;
    const key = keyOf(repository, digest);
    const blob = new GrowingBlob();
    const ended = this.#fill(wanted, blob, context).finally(() => {
      this.#running.delete(flight);
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    });
    const begun = Promise.race([blob.begun.then(() => 'growing' as const), ended]);
    // Those who wait for it are told; it may fail after all of them have left.
    for (const promise of [ended, begun]) promise.catch(() => undefined);
    const flight = { repository, digest, since: this.clock.now(), blob, ended, begun };
    this.#running.add(flight);
    this.#flights.set(key, flight);
    return flight;
  }

  async #fill(wanted: WantedBlob, blob: GrowingBlob, context: ContentContext): Promise<FillOutcome> {
    // A fetch may have ended since the repository was seen not to hold it.
    if (await this.blobs.findHeld(wanted.repository, wanted.digest)) return 'kept';
    const { identity, actor, requestId, traceparent } = context;
    const warn = (text: string): void => {
      context.warn(text);
    };
    const { signal } = this.#stopping;
    return this.blobFill.fill(wanted, blob, { identity, actor, requestId, traceparent, signal, warn });
  }
}

/** For each repository apart: what is given to one must not let another one hold it. */
function keyOf(repository: RepositoryName, digest: Digest): string {
  return `${repository} ${digest}`;
}
