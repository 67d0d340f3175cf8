import { addAbortSignal, type Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import {
  ANONYMOUS,
  type AffectedManifest,
  type BlobInfo,
  type BlobKey,
  BlobStore,
  type Digest,
  Notifier,
  type ReadOptions,
  type RepairOutcome,
  type RepositoryName,
  StorageError,
  type StoredBlob,
  type WantedFromUpstream,
} from '@berth/sdk';
import { RegistryLogger } from '../../logging/registry-logger.js';
import { Blobs } from '../../metadata/blobs.js';
import { Database } from '../../metadata/database.js';
import { Memberships } from '../../metadata/memberships.js';
import { type AffectedManifestRow, type StoredBlobRow, StoredBlobs } from '../../metadata/stored-blobs.js';
import { BlobStores } from '../../storage/blob-stores.js';
import { uploadOf } from '../../storage/storage-layout.js';
import { MissingBlobs } from '../blobs/missing-blobs.js';
import type { ContentContext } from '../content-context.js';
import { RepositoryStores } from '../repositories/repository-stores.js';
import { UpstreamUnavailable } from '../upstream-unavailable.js';
import { StoredBlobStream } from './stored-blob-stream.js';

/** Repositories that a repair is tried for. */
const REPAIR_CANDIDATES = 100;
/** Tags that are named of an affected manifest. */
const NAMED_TAGS = 100;

/** The bytes of blobs as plugins see them. */
@Injectable()
export class ContentBlobStore extends BlobStore {
  constructor(
    private readonly database: Database,
    private readonly blobs: Blobs,
    private readonly stored: StoredBlobs,
    private readonly memberships: Memberships,
    private readonly places: RepositoryStores,
    private readonly stores: BlobStores,
    private readonly missing: MissingBlobs,
    private readonly notifier: Notifier,
    private readonly logger: RegistryLogger,
  ) {
    super();
  }

  async stat(repository: RepositoryName, digest: Digest): Promise<BlobInfo | undefined> {
    const held = await this.blobs.findHeld(repository, digest);
    return held && { digest, size: held.size };
  }

  async read(repository: RepositoryName, digest: Digest, options?: ReadOptions): Promise<Readable | undefined> {
    const held = await this.blobs.findHeld(repository, digest);
    return held && this.#streamOf(held, options);
  }

  async suppliedElsewhere({ repository, upstream, digest }: WantedFromUpstream): Promise<RepositoryName | undefined> {
    const store = await this.places.of({ name: repository, upstream });
    return this.memberships.suppliedElsewhere({ store, upstream, digest });
  }

  async scan(after: BlobKey | undefined, limit: number): Promise<readonly StoredBlob[]> {
    const rows = await this.stored.list(after, limit, this.stores.names);
    return rows.map(({ store, digest, size, state, location }) => ({
      store,
      digest,
      size,
      state,
      revision: uploadOf(location),
    }));
  }

  async readStored(key: BlobKey, options?: ReadOptions): Promise<Readable | undefined> {
    const row = await this.#find(key);
    return row && this.#streamOf(row, options);
  }

  async quarantine(key: BlobKey): Promise<boolean> {
    const row = await this.#find(key);
    if (row?.state !== 'present') return false;
    // A second location first, then the row, then the first one goes: a row never names what is not there.
    const aside = await this.#setAside(row);
    const isDone = await this.database.transaction((facts) => this.stored.quarantine(facts, row, aside));
    // Where another one was faster, its row may name the same second location.
    const useless = isDone ? row.location : aside;
    if (!(await this.blobs.named([useless])).has(useless)) await this.stores.get(row.store).remove(useless);
    const { store, digest } = row;
    if (isDone) this.notifier.notify('blob.quarantined', { store, digest });
    return isDone;
  }

  async repair(key: BlobKey, { signal = NEVER }: ReadOptions = {}): Promise<RepairOutcome> {
    if (await this.#isPresent(key)) return 'repaired';
    let outcome: RepairOutcome = 'absent';
    const context: ContentContext = {
      identity: ANONYMOUS,
      actor: undefined,
      requestId: undefined,
      signal,
      warn: () => undefined,
    };
    for (const repository of await this.memberships.holders(key.store, key.digest, REPAIR_CANDIDATES)) {
      signal.throwIfAborted();
      try {
        // A gate that does not want it here leaves it as it is, though a source has it.
        if ((await this.missing.fetch(repository, key.digest, context)) === 'unkept') outcome = 'unavailable';
      } catch (cause) {
        if (!(cause instanceof UpstreamUnavailable)) throw cause;
        outcome = 'unavailable';
      }
      if (await this.#isPresent(key)) return 'repaired';
    }
    return outcome;
  }

  async affected(key: BlobKey, limit: number): Promise<readonly AffectedManifest[]> {
    const found = new Map<number, AffectedManifestRow>();
    const add = (rows: readonly AffectedManifestRow[]): void => {
      for (const row of rows) if (found.size < limit) found.set(row.id, row);
    };
    add(await this.stored.users(key, limit));
    // A map gives what is added while it is gone through: indexes of indexes too.
    for (const row of found.values()) add(await this.stored.indexesOf(row, limit));
    return Promise.all(
      [...found.values()].map(async ({ id, repository, digest }) => ({
        repository,
        digest,
        tags: await this.stored.tagsOf(id, NAMED_TAGS),
      })),
    );
  }

  async #isPresent({ store, digest }: BlobKey): Promise<boolean> {
    return (await this.blobs.find({ store, digest })) !== undefined;
  }

  async #find({ store, digest, revision }: BlobKey): Promise<StoredBlobRow | undefined> {
    const row = await this.stored.find({ store, digest });
    return row && (revision === undefined || uploadOf(row.location) === revision) ? row : undefined;
  }

  async #streamOf(
    { store, location, size }: Pick<StoredBlobRow, 'store' | 'location' | 'size'>,
    { signal }: ReadOptions = {},
  ): Promise<Readable | undefined> {
    const blob = await this.stores.get(store).open(location);
    if (!blob) return undefined;
    const stream = new StoredBlobStream(blob, size);
    return signal ? addAbortSignal(signal, stream) : stream;
  }

  /** Where the damaged bytes lie from now on: where they are, if they cannot be moved or are gone. */
  async #setAside({ store, location, digest }: StoredBlobRow): Promise<string> {
    try {
      return (await this.stores.get(store).setAside(location)) ?? location;
    } catch (cause) {
      if (!(cause instanceof StorageError)) throw cause;
      this.logger.warn({ digest, err: cause }, 'damaged bytes are left where they are: they could not be set aside');
      return location;
    }
  }
}

const NEVER = new AbortController().signal;
