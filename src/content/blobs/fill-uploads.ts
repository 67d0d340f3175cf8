import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { algorithmOf, Clock, type Digest, type RepositoryName } from '@berth/sdk';
import { RegistryLogger } from '../../logging/registry-logger.js';
import { Database } from '../../metadata/database.js';
import { Uploads } from '../../metadata/uploads.js';
import type { OpenBlob } from '../../storage/blob-storage.js';
import { BlobStores } from '../../storage/blob-stores.js';
import { RepositoryStores } from '../repositories/repository-stores.js';
import { UploadSession, type SessionTurn } from '../uploads/upload-session.js';
import { UploadSessions } from '../uploads/upload-sessions.js';
import { Digesting } from './digesting.js';

/** A blob that is about to be fetched. */
export interface NewFill {
  readonly repository: RepositoryName;
  readonly digest: Digest;
  /** Who has it. */
  readonly upstream: string;
}

/** Where the bytes of a blob go while it is fetched. */
export interface FillUpload {
  readonly session: UploadSession;
  /** Nobody else writes to it meanwhile. */
  readonly turn: SessionTurn;
  /** For reading what is written. */
  readonly file: OpenBlob;
  /** Bytes that were there, and their hash. */
  readonly kept: number;
  readonly hash: Digesting;
}

/** The uploads that blobs are fetched into. Each is a session like that of a push, so that nothing takes its bytes for leftovers. */
@Injectable()
export class FillUploads {
  constructor(
    private readonly database: Database,
    private readonly repositoryStores: RepositoryStores,
    private readonly uploads: Uploads,
    private readonly sessions: UploadSessions,
    private readonly stores: BlobStores,
    private readonly clock: Clock,
    private readonly logger: RegistryLogger,
  ) {}

  /** Which store what comes from an upstream for a repository goes to. */
  storeOf(repository: RepositoryName, upstream: string): Promise<string> {
    return this.repositoryStores.of({ name: repository, upstream });
  }

  /** A new one. Rejects where it cannot be written down. */
  async begin({ repository, digest, upstream }: NewFill): Promise<FillUpload> {
    const store = await this.storeOf(repository, upstream);
    const session = new UploadSession(randomUUID(), repository, store, algorithmOf(digest), 0);
    const { id, algorithm } = session;
    const row = { id, repository, store, algorithm, actor: undefined, at: this.clock.now(), digest };
    await this.database.transaction((facts) => this.uploads.start(facts, row), { durable: false });
    this.sessions.remember(session);
    try {
      return await this.#open(session, new Digesting(algorithm), 0);
    } catch (cause) {
      await this.#giveUp(session);
      throw cause;
    }
  }

  /** One that broke off, with what is there of it; `undefined` where there is none that can be gone on with. */
  async resume(repository: RepositoryName, digest: Digest, signal: AbortSignal): Promise<FillUpload | undefined> {
    for (const unfinished of await this.uploads.fillsOf(repository, digest)) {
      const { id } = unfinished;
      if (this.sessions.isBusy(id)) continue;
      try {
        const session = await this.sessions.get(repository, id);
        if (session.isBusy) continue;
        const upload = await this.#takeUp(session, signal);
        if (upload) return upload;
      } catch (cause) {
        if (signal.aborted) throw cause;
        this.logger.warn({ digest, upload: id, err: cause }, 'what was fetched of a blob before cannot be read');
      }
      await this.#giveUp(unfinished);
    }
    return undefined;
  }

  /** Ends it: its bytes have become a blob. */
  finished({ session, turn }: FillUpload): void {
    session.isClosed = true;
    this.sessions.forget(session.id);
    turn[Symbol.dispose]();
  }

  /** Removes its bytes; those who have them open read on. */
  async discard({ session, turn }: FillUpload): Promise<void> {
    session.isClosed = true;
    turn[Symbol.dispose]();
    await this.#giveUp(session);
  }

  /** Leaves what is there for the next who wants the blob, until it is stale. */
  async leave({ session, turn }: FillUpload): Promise<void> {
    this.sessions.forget(session.id);
    turn[Symbol.dispose]();
    const at = this.clock.now();
    try {
      await this.database.transaction((facts) => this.uploads.touch(facts, session.id, at), { durable: false });
    } catch (cause) {
      this.logger.warn({ upload: session.id, err: cause }, 'an upload that broke off could not be marked as seen');
    }
  }

  /** `undefined` where it has no byte. */
  async #takeUp(session: UploadSession, signal: AbortSignal): Promise<FillUpload | undefined> {
    const { id, algorithm } = session;
    const hash = new Digesting(algorithm);
    const storage = this.stores.get(session.store);
    const size = await storage.uploadSize(id);
    for await (const bytes of storage.readUpload(id, size, signal)) hash.update(bytes);
    return size === 0 ? undefined : this.#open(session, hash, size);
  }

  async #open(session: UploadSession, hash: Digesting, kept: number): Promise<FillUpload> {
    const turn = await session.takeTurn();
    try {
      const nothing = (): void => undefined;
      const { signal } = new AbortController();
      const options = { offset: kept, signal, onBytes: nothing, onWritten: nothing };
      const storage = this.stores.get(session.store);
      if (kept === 0) await storage.append(session.id, Readable.from([]), options);
      const file = await storage.openUpload(session.id);
      if (!file) throw new Error(`The upload ${session.id} has gone.`);
      return { session, turn, file, kept, hash };
    } catch (cause) {
      turn[Symbol.dispose]();
      throw cause;
    }
  }

  /** Bytes that cannot be removed now are swept up later, since no row names them. */
  async #giveUp({ id, store }: Pick<UploadSession, 'id' | 'store'>): Promise<void> {
    this.sessions.forget(id);
    const removals = [
      async () => this.stores.get(store).discard(id),
      () => this.database.transaction((facts) => this.uploads.remove(facts, id), { durable: false }),
    ];
    for (const remove of removals) {
      try {
        await remove();
      } catch (cause) {
        this.logger.warn({ upload: id, err: cause }, 'an upload that is given up could not be removed');
      }
    }
  }
}
