import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { algorithmOf, Clock, type Digest, RegistryError, type RepositoryName, StorageError } from '@berth/sdk';
import { RegistryLogger } from '../../logging/registry-logger.js';
import { Database } from '../../metadata/database.js';
import { DEFAULT_STORE, Repositories } from '../../metadata/repositories.js';
import { Uploads } from '../../metadata/uploads.js';
import { HookRunner } from '../../plugin-host/hook-runner.js';
import { BlobStorage } from '../../storage/blob-storage.js';
import type { ContentContext } from '../content-context.js';
import { BlobCommit } from '../uploads/blob-commit.js';
import { UploadSession } from '../uploads/upload-session.js';
import { UploadSessions } from '../uploads/upload-sessions.js';
import { UpstreamUnavailable } from '../upstream-unavailable.js';
import { Digesting } from './digesting.js';

/** `unkept`: a gate does not want it here. Its bytes lie at `location` until `forget`. */
export type FetchedBlob =
  | { readonly outcome: 'kept' }
  | { readonly outcome: 'unkept'; readonly upload: string; readonly location: string; readonly size: number };

/** A source that says nothing for so long has broken off, in milliseconds. */
const IDLE_TIMEOUT = 60_000;

/** What a source gave, and where its bytes go. */
interface Transfer {
  readonly session: UploadSession;
  readonly digest: Digest;
  readonly stream: Readable;
  readonly size: number | undefined;
  readonly upstream: string;
}

/** Gets one blob from whoever answers `blob.readMiss`: whole, verified, and only then held by the repository. */
@Injectable()
export class BlobFetch {
  constructor(
    private readonly database: Database,
    private readonly repositories: Repositories,
    private readonly uploads: Uploads,
    private readonly sessions: UploadSessions,
    private readonly storage: BlobStorage,
    private readonly blobCommit: BlobCommit,
    private readonly hooks: HookRunner,
    private readonly clock: Clock,
    private readonly logger: RegistryLogger,
  ) {}

  /** `undefined` where no source has it. UpstreamUnavailable where one may, or gives other bytes than those of the digest. */
  async fetch(repository: RepositoryName, digest: Digest, context: ContentContext): Promise<FetchedBlob | undefined> {
    const result = await this.hooks.source('blob.readMiss', { repository, digest, offset: 0 }, context);
    if (result.outcome === 'unavailable') throw new UpstreamUnavailable(result);
    if (result.outcome !== 'found') return undefined;
    const { stream, size, upstream } = result.found;
    if (!(stream instanceof Readable)) {
      throw this.#failed(digest, { upstream, status: 502 }, new TypeError('A source must give a stream.'));
    }
    // It may break before anybody reads it; whoever reads it then is told.
    stream.on('error', () => undefined);
    try {
      const session = await this.#begin(repository, digest);
      return await this.#take({ session, digest, stream, size, upstream }, context);
    } finally {
      stream.destroy();
    }
  }

  /** Removes the bytes of a blob that is not kept. */
  async forget({ upload, location }: Extract<FetchedBlob, { outcome: 'unkept' }>): Promise<void> {
    await this.storage.remove(location);
    await this.#end(upload);
  }

  /** A session like that of a push, so that nothing takes its bytes for leftovers. */
  async #begin(repository: RepositoryName, digest: Digest): Promise<UploadSession> {
    const store = (await this.repositories.find(repository))?.store ?? DEFAULT_STORE;
    const session = new UploadSession(randomUUID(), repository, store, algorithmOf(digest), 0);
    const { id, algorithm } = session;
    const row = { id, repository, store, algorithm, actor: undefined, at: this.clock.now() };
    await this.database.transaction((facts) => this.uploads.start(facts, row), { durable: false });
    this.sessions.remember(session);
    return session;
  }

  async #take(transfer: Transfer, context: ContentContext): Promise<FetchedBlob> {
    const { session } = transfer;
    using _turn = await session.takeTurn();
    try {
      const size = await this.#receive(transfer, context.signal);
      return await this.#keep(transfer, size, context);
    } catch (cause) {
      await this.storage.discard(session.id);
      await this.#end(session.id);
      const { id, repository } = session;
      this.hooks.notify('upload.expired', { repository, upload: id, reason: 'failed' }, context);
      throw cause;
    } finally {
      session.isClosed = true;
      this.sessions.forget(session.id);
    }
  }

  /** Gives the size. Throws where the bytes are not those of the digest. */
  async #receive({ session, digest, stream, size, upstream }: Transfer, signal: AbortSignal): Promise<number> {
    const hash = new Digesting(session.algorithm);
    const stop = new AbortController();
    const idle = setTimeout(() => {
      stop.abort(new DOMException('The source went silent.', 'TimeoutError'));
    }, IDLE_TIMEOUT);
    let received = 0;
    try {
      await this.storage.append(session.id, stream, {
        offset: 0,
        signal: AbortSignal.any([signal, stop.signal]),
        onBytes: (bytes) => {
          idle.refresh();
          hash.update(bytes);
          received += bytes.byteLength;
          if (size !== undefined && received > size) stop.abort(new Error('The source gives more than it said.'));
        },
        onWritten: () => undefined,
      });
    } catch (cause) {
      if (cause instanceof StorageError || signal.aborted) throw cause;
      const reason: unknown = stop.signal.aborted ? stop.signal.reason : cause;
      const isSilent = reason instanceof DOMException && reason.name === 'TimeoutError';
      throw this.#failed(digest, { upstream, status: isSilent ? 504 : 502 }, reason);
    } finally {
      clearTimeout(idle);
    }
    const found = hash.digest();
    if (found === digest && (size === undefined || size === received)) return received;
    throw this.#failed(
      digest,
      { upstream, status: 502 },
      new Error(`It reads as ${found}, ${String(received)} bytes.`),
    );
  }

  async #keep(transfer: Transfer, size: number, context: ContentContext): Promise<FetchedBlob> {
    const { session, digest, upstream } = transfer;
    const { id: upload, repository, store } = session;
    const event = { repository, digest, size, origin: 'mirrored', upload } as const;
    try {
      await this.hooks.gate('blob.beforeCommit', event, context);
    } catch (cause) {
      if (!(cause instanceof RegistryError)) throw cause;
      this.hooks.notify('upload.expired', { repository, upload, reason: 'cancelled' }, context);
      return { outcome: 'unkept', upload, location: await this.storage.place({ upload, digest, size }), size };
    }
    const created = await this.blobCommit.commit({
      upload,
      repository,
      store,
      digest,
      size,
      upstream,
      actor: undefined,
    });
    if (created) this.hooks.notify('repository.created', { repository }, context);
    this.hooks.notify('upload.finished', { repository, upload, digest }, context);
    return { outcome: 'kept' };
  }

  async #end(upload: string): Promise<void> {
    await this.database.transaction((facts) => this.uploads.remove(facts, upload), { durable: false });
  }

  #failed(digest: Digest, answer: { upstream: string; status: number }, cause: unknown): UpstreamUnavailable {
    this.logger.warn({ digest, upstream: answer.upstream, err: cause }, 'a source did not give the blob it had found');
    return new UpstreamUnavailable(answer, cause);
  }
}
