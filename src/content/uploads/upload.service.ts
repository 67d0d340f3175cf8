import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { algorithmOf, Clock, type Digest, type DigestAlgorithm, RegistryError, type RepositoryName } from '@berth/sdk';
import { Database } from '../../metadata/database.js';
import { Uploads } from '../../metadata/uploads.js';
import { HookRunner } from '../../plugin-host/hook-runner.js';
import { BlobStores } from '../../storage/blob-stores.js';
import { Digesting } from '../blobs/digesting.js';
import type { ContentContext } from '../content-context.js';
import { RepositoryStores } from '../repositories/repository-stores.js';
import { UploadCommit } from './upload-commit.js';
import { UploadMeter } from './upload-meter.js';
import { UploadSession } from './upload-session.js';
import { UploadSessions, uploadUnknown } from './upload-sessions.js';

export interface UploadStatus {
  readonly id: string;
  /** Bytes kept so far. */
  readonly offset: number;
}

/** The body of a request to an upload. */
export interface UploadBody {
  readonly stream: Readable;
  /** Where the first byte belongs, and how many there are, as far as the client said. */
  readonly start: number | undefined;
  readonly length: number | undefined;
  /** Called with each piece of the stream once nobody needs it any more. */
  readonly release?: (bytes: Uint8Array) => void;
}

export interface UploadStart {
  readonly algorithm: DigestAlgorithm;
  /** Bytes the client says will come, where it did. */
  readonly declaredLength: number | undefined;
}

@Injectable()
export class UploadService {
  constructor(
    private readonly database: Database,
    private readonly uploads: Uploads,
    private readonly sessions: UploadSessions,
    private readonly stores: BlobStores,
    private readonly repositoryStores: RepositoryStores,
    private readonly uploadCommit: UploadCommit,
    private readonly hooks: HookRunner,
    private readonly clock: Clock,
    private readonly meter: UploadMeter,
  ) {}

  /** Opens a session. end-4a, end-4c */
  async start(repository: RepositoryName, start: UploadStart, context: ContentContext): Promise<UploadStatus> {
    const { algorithm, declaredLength } = start;
    const id = randomUUID();
    await this.hooks.gate('upload.beforeStart', { repository, upload: id, declaredLength }, context);
    const store = await this.repositoryStores.of({ name: repository });
    const row = { id, repository, store, algorithm, actor: context.actor, at: this.clock.now() };
    // A session lost in a power cut costs the client a new one, so nobody waits for the disk here.
    await this.database.transaction((facts) => this.uploads.start(facts, row), { durable: false });
    this.sessions.remember(new UploadSession(id, repository, store, algorithm, 0));
    this.hooks.notify('upload.started', { repository, upload: id }, context);
    return { id, offset: 0 };
  }

  /** How far the upload has come. BLOB_UPLOAD_UNKNOWN. end-13 */
  async status(repository: RepositoryName, id: string): Promise<UploadStatus> {
    const { offset } = await this.sessions.get(repository, id);
    return { id, offset };
  }

  /** Adds a chunk. BLOB_UPLOAD_INVALID (416) where it does not begin at the end; the session lives on. end-5 */
  async append(
    repository: RepositoryName,
    id: string,
    body: UploadBody,
    context: ContentContext,
  ): Promise<UploadStatus> {
    const session = await this.sessions.get(repository, id);
    using turn = await session.takeTurn();
    await this.#receive(session, body, context.signal, turn.superseded);
    const touched = await this.database.transaction((facts) => this.uploads.touch(facts, id, this.clock.now()), {
      durable: false,
    });
    if (!touched) {
      // It expired while the chunk came in: nobody may be told that the bytes are kept.
      await this.#close(session, 'failed');
      throw uploadUnknown(id);
    }
    return { id, offset: session.offset };
  }

  /** Adds what is left and makes the whole a blob. DIGEST_INVALID (400) where it is not what was said. end-6, end-4b */
  async finish(
    repository: RepositoryName,
    id: string,
    digest: Digest,
    body: UploadBody,
    context: ContentContext,
  ): Promise<{ readonly digest: Digest; readonly size: number }> {
    const session = await this.sessions.get(repository, id);
    using turn = await session.takeTurn();
    await this.#receive(session, body, context.signal, turn.superseded);
    const found = await this.#digest(session, algorithmOf(digest), context.signal);
    if (found !== digest) {
      await this.#close(session, 'failed');
      throw new RegistryError('DIGEST_INVALID', { detail: { digest, found } });
    }
    const { offset: size } = session;
    await this.hooks.gate('blob.beforeCommit', { repository, digest, size, origin: 'pushed', upload: id }, context);
    if (size === 0) await this.#touchFile(session, context.signal);
    const { store } = session;
    const finished = { upload: id, repository, store, digest, size, actor: context.actor };
    const created = await this.uploadCommit.commit(finished).catch(async (cause: unknown) => {
      // The disk may have moved, cut off or lost the bytes: nothing may be built on them any more.
      await this.#close(session, 'failed');
      throw cause;
    });
    session.isClosed = true;
    this.sessions.forget(id);
    if (created) this.hooks.notify('repository.created', { repository }, context);
    this.hooks.notify('blob.pushed', { repository, digest, size }, context);
    this.hooks.notify('upload.finished', { repository, upload: id, digest }, context);
    return { digest, size };
  }

  /** Gives the upload up where it is there still. */
  async discard(repository: RepositoryName, id: string): Promise<void> {
    try {
      await this.cancel(repository, id);
    } catch (cause) {
      if (!(cause instanceof RegistryError)) throw cause;
    }
  }

  /** Gives the upload up. BLOB_UPLOAD_UNKNOWN. end-14 */
  async cancel(repository: RepositoryName, id: string): Promise<void> {
    const session = await this.sessions.get(repository, id);
    using _turn = await session.takeTurn();
    if (session.isClosed) throw uploadUnknown(id);
    await this.#close(session, 'cancelled');
  }

  async #receive(
    session: UploadSession,
    { stream, start, length, release }: UploadBody,
    gone: AbortSignal,
    superseded: AbortSignal,
  ): Promise<void> {
    if (session.isClosed) throw uploadUnknown(session.id);
    if (start !== undefined && start !== session.offset) throw outOfOrder(session, start);
    const from = session.offset;
    let hashed = from;
    try {
      await this.stores.get(session.store).append(session.id, stream, {
        offset: from,
        signal: AbortSignal.any([gone, superseded]),
        onBytes: (bytes) => {
          session.hash?.update(bytes);
          hashed += bytes.byteLength;
        },
        onWritten: (written) => {
          session.offset += written;
          this.meter.received.add(written);
        },
        ...(release ? { onReleased: release } : {}),
      });
    } catch (cause) {
      // A hash of bytes that were not kept is of no use any more.
      if (hashed !== session.offset) session.hash = undefined;
      if (superseded.aborted) throw takenOver(session, cause);
      throw cause;
    }
    const received = session.offset - from;
    if (length !== undefined && received !== length) {
      throw new RegistryError('SIZE_INVALID', { detail: { expected: length, received } });
    }
  }

  /** The digest of all that is kept: what was hashed on the way in, or, where that was lost, of the bytes read again. */
  async #digest(session: UploadSession, algorithm: DigestAlgorithm, signal: AbortSignal): Promise<Digest> {
    if (session.hash?.algorithm === algorithm) return session.hash.digest();
    const hash = new Digesting(algorithm);
    for await (const bytes of this.#bytesOf(session, signal)) hash.update(bytes);
    return hash.digest();
  }

  #bytesOf({ id, store, offset }: UploadSession, signal: AbortSignal): AsyncIterable<Uint8Array> {
    return this.stores.get(store).readUpload(id, offset, signal);
  }

  /** An upload of no bytes may have no file yet, and a blob needs one. */
  async #touchFile(session: UploadSession, signal: AbortSignal): Promise<void> {
    const nothing = (): void => undefined;
    await this.stores.get(session.store).append(session.id, Readable.from([]), {
      offset: 0,
      signal,
      onBytes: nothing,
      onWritten: nothing,
    });
  }

  async #close(session: UploadSession, reason: 'cancelled' | 'failed'): Promise<void> {
    session.isClosed = true;
    this.sessions.forget(session.id);
    await this.database.transaction((facts) => this.uploads.remove(facts, session.id), { durable: false });
    await this.stores.get(session.store).discard(session.id);
    this.hooks.notify('upload.expired', { repository: session.repository, upload: session.id, reason });
  }
}

function takenOver({ id, offset }: UploadSession, cause: unknown): RegistryError {
  return new RegistryError('BLOB_UPLOAD_INVALID', {
    status: 409,
    message: 'another request has taken the upload over',
    detail: { upload: id, offset },
    cause,
  });
}

function outOfOrder({ id, repository, offset }: UploadSession, start: number): RegistryError {
  return new RegistryError('BLOB_UPLOAD_INVALID', {
    status: 416,
    message: 'the chunk does not begin where the upload ends',
    detail: { start, offset },
    headers: {
      Location: `/v2/${repository}/blobs/uploads/${id}`,
      Range: `0-${String(Math.max(0, offset - 1))}`,
      'Docker-Upload-UUID': id,
    },
  });
}
