import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { AccessControl, type Digest, type RepositoryName } from '@berth/sdk';
import { RegistryLogger } from '../../logging/registry-logger.js';
import { Blobs } from '../../metadata/blobs.js';
import { Repositories } from '../../metadata/repositories.js';
import { StoredBlobs } from '../../metadata/stored-blobs.js';
import { HookRunner } from '../../plugin-host/hook-runner.js';
import { BlobStorage, type OpenBlob } from '../../storage/blob-storage.js';
import type { ContentContext } from '../content-context.js';
import { unlessAborted } from '../unless-aborted.js';
import { UpstreamUnavailable } from '../upstream-unavailable.js';
import { BlobFetch, type FetchedBlob } from './blob-fetch.js';

/** One fetch, and how many wait for it or open what it brought. */
interface Flight {
  readonly fetched: Promise<FetchedBlob | undefined>;
  users: number;
}

/**
 * Blobs that a repository does not hold and a source may have. Whoever asks for the same one meanwhile waits for the same
 * fetch, which goes on for the others when one of them leaves.
 */
@Injectable()
export class MissingBlobs implements OnApplicationShutdown {
  readonly #flights = new Map<string, Flight>();
  readonly #stopping = new AbortController();

  constructor(
    private readonly blobs: Blobs,
    private readonly repositories: Repositories,
    private readonly stored: StoredBlobs,
    private readonly storage: BlobStorage,
    private readonly blobFetch: BlobFetch,
    private readonly access: AccessControl,
    private readonly hooks: HookRunner,
    private readonly logger: RegistryLogger,
  ) {}

  /** After the last request: those under way may finish, and what nobody waits for any more ends. */
  async onApplicationShutdown(): Promise<void> {
    this.#stopping.abort(new Error('The server is stopping.'));
    await Promise.allSettled([...this.#flights.values()].map(({ fetched }) => fetched));
  }

  /**
   * Its size, or `undefined` where nobody has it. A client that is about to push asks first: where it may push, an upstream that
   * cannot be asked counts as one that has nothing, unless the repository mirrors it.
   */
  async stat(repository: RepositoryName, digest: Digest, context: ContentContext): Promise<number | undefined> {
    if (await this.#isLocal(repository, digest)) return undefined;
    try {
      return await this.#use(repository, digest, context, async (fetched) =>
        fetched.outcome === 'unkept' ? fetched.size : (await this.blobs.findHeld(repository, digest))?.size,
      );
    } catch (cause) {
      if (!(cause instanceof UpstreamUnavailable)) throw cause;
      if (!this.access.may(context.identity, 'create', repository)) throw cause;
      if (await this.repositories.isMirrored(repository)) throw cause;
      return undefined;
    }
  }

  /** The blob, open for reading, or `undefined` where nobody has it. UpstreamUnavailable where an upstream may. */
  async open(
    repository: RepositoryName,
    digest: Digest,
    context: ContentContext,
  ): Promise<{ readonly blob: OpenBlob; readonly size: number } | undefined> {
    if (await this.#isLocal(repository, digest)) return undefined;
    return this.#use(repository, digest, context, async (fetched) => {
      const found = fetched.outcome === 'unkept' ? fetched : await this.blobs.findHeld(repository, digest);
      const blob = found && (await this.storage.open(found.location));
      return blob && { blob, size: found.size };
    });
  }

  /** Makes the repository hold it, where a source has it and no gate objects. UpstreamUnavailable where an upstream may have it. */
  async fetch(
    repository: RepositoryName,
    digest: Digest,
    context: ContentContext,
  ): Promise<FetchedBlob['outcome'] | undefined> {
    return this.#use(repository, digest, context, ({ outcome }) => Promise.resolve(outcome));
  }

  /** Nothing of a repository whose first content was pushed is ever asked for, but what it holds and a scrub has found damaged. */
  async #isLocal(repository: RepositoryName, digest: Digest): Promise<boolean> {
    if (!this.hooks.hears('blob.readMiss') || !(await this.repositories.isLocal(repository))) return false;
    return !(await this.stored.isDamagedIn(repository, digest));
  }

  async #use<Result>(
    repository: RepositoryName,
    digest: Digest,
    context: ContentContext,
    use: (fetched: FetchedBlob) => Promise<Result | undefined>,
  ): Promise<Result | undefined> {
    if (!this.hooks.hears('blob.readMiss')) return undefined;
    const flight = this.#join(repository, digest, context);
    flight.users += 1;
    try {
      const fetched = await unlessAborted(flight.fetched, context.signal);
      return fetched && (await use(fetched));
    } finally {
      flight.users -= 1;
      const leaving = flight.users === 0 ? this.#leave(flight) : undefined;
      // Whoever went away waits for nothing.
      if (!context.signal.aborted) await leaving;
    }
  }

  #join(repository: RepositoryName, digest: Digest, context: ContentContext): Flight {
    // For each repository apart: what is given to one must not let another one hold it.
    const key = `${repository} ${digest}`;
    const known = this.#flights.get(key);
    if (known) return known;
    const fetched = this.#fetch(repository, digest, context).finally(() => this.#flights.delete(key));
    const flight = { fetched, users: 0 };
    this.#flights.set(key, flight);
    return flight;
  }

  async #fetch(repository: RepositoryName, digest: Digest, context: ContentContext): Promise<FetchedBlob | undefined> {
    // A fetch may have ended since the repository was seen not to hold it.
    if (await this.blobs.findHeld(repository, digest)) return { outcome: 'kept' };
    const { identity, actor, requestId } = context;
    const warn = (text: string): void => {
      context.warn(text);
    };
    return this.blobFetch.fetch(repository, digest, {
      identity,
      actor,
      requestId,
      signal: this.#stopping.signal,
      warn,
    });
  }

  /** The last one out: bytes that are not kept have been opened by all who wanted them. */
  async #leave(flight: Flight): Promise<void> {
    // Why a fetch failed is told to those who waited for it.
    const fetched = await flight.fetched.catch(() => undefined);
    if (fetched?.outcome !== 'unkept' || flight.users > 0) return;
    try {
      await this.blobFetch.forget(fetched);
    } catch (cause) {
      this.logger.warn({ err: cause }, 'the bytes of a blob that is not kept could not be removed');
    }
  }
}
