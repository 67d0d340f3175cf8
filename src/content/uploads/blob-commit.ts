import { Injectable } from '@nestjs/common';
import { Clock, type Digest, Notifier, type RepositoryName } from '@berth/sdk';
import { Blobs, type ReplacedBlobRow } from '../../metadata/blobs.js';
import { Changes } from '../../metadata/changes.js';
import { Database } from '../../metadata/database.js';
import { Memberships } from '../../metadata/memberships.js';
import { Repositories } from '../../metadata/repositories.js';
import type { Facts } from '../../metadata/schema.js';
import { Uploads } from '../../metadata/uploads.js';
import { BlobStores } from '../../storage/blob-stores.js';
import { type FilledImage, FilledImages } from '../manifests/filled-images.js';

export interface FinishedUpload {
  readonly upload: string;
  readonly repository: RepositoryName;
  readonly store: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  readonly actor: string | undefined;
  /** Who supplied the bytes, where a source did. */
  readonly upstream?: string;
  /** The request that caused it, where it is to be told with what comes of it. */
  readonly requestId?: string | undefined;
}

/** Whether the repository is new, and the images that the blob has made whole. */
interface Held {
  readonly created: boolean;
  readonly filled: readonly FilledImage[];
}

/** What the transaction found, with what the row said of bytes that nobody needs any more. */
interface Committed extends Held {
  readonly replaced: ReplacedBlobRow | undefined;
}

/** Turns the verified bytes of an upload into a blob that the repository holds. */
@Injectable()
export class BlobCommit {
  constructor(
    private readonly database: Database,
    private readonly blobs: Blobs,
    private readonly memberships: Memberships,
    private readonly repositories: Repositories,
    private readonly uploads: Uploads,
    private readonly changes: Changes,
    private readonly stores: BlobStores,
    private readonly images: FilledImages,
    private readonly notifier: Notifier,
    private readonly clock: Clock,
  ) {}

  /**
   * Bytes at a new location first, then one transaction. Where the store has the digest already, its bytes serve and the
   * upload's are dropped; where they are quarantined, the upload's take their place. Gives true where the repository was made.
   */
  async commit(upload: FinishedUpload): Promise<boolean> {
    const storage = this.stores.get(upload.store);
    if (await this.#isIntact(upload)) {
      const outcome = await this.database.transaction((facts) => this.#join(facts, upload));
      if (outcome) {
        await storage.discard(upload.upload);
        this.images.tell(upload.repository, outcome.filled, upload);
        return outcome.created;
      }
    }
    const location = await storage.place(upload);
    const { created, filled, replaced } = await this.#insert(upload, location);
    if (replaced) await storage.remove(replaced.location);
    const { store, digest } = upload;
    if (replaced?.state === 'quarantined') this.notifier.notify('blob.repaired', { store, digest });
    this.images.tell(upload.repository, filled, upload);
    return created;
  }

  /** True where the store has the digest and its bytes are there, whole as far as their length tells. */
  async #isIntact({ store, digest, size }: FinishedUpload): Promise<boolean> {
    const known = await this.blobs.find({ store, digest });
    return known !== undefined && (await this.stores.get(store).size(known.location)) === size;
  }

  /** Uses the bytes that are there; `undefined` where they have gone meanwhile. */
  async #join(facts: Facts, upload: FinishedUpload): Promise<Committed | undefined> {
    const at = this.clock.now();
    if (!(await this.blobs.touch(facts, upload, at))) return undefined;
    return { ...(await this.#hold(facts, upload, at)), replaced: undefined };
  }

  async #insert(upload: FinishedUpload, location: string): Promise<Committed> {
    try {
      return await this.database.transaction(async (facts) => {
        const at = this.clock.now();
        const { store, digest, size } = upload;
        const row = { store, digest, size, location, at };
        // A row that is there belongs to a write that was faster, or to bytes that are damaged: ours are known to be good.
        const replaced = (await this.blobs.insert(facts, row)) ? undefined : await this.blobs.replace(facts, row);
        return { ...(await this.#hold(facts, upload, at)), replaced };
      });
    } catch (cause) {
      // A commit whose flush failed is there all the same: only bytes that no row names may go.
      if (!(await this.blobs.named([location])).has(location)) await this.stores.get(upload.store).remove(location);
      throw cause;
    }
  }

  async #hold(facts: Facts, upload: FinishedUpload, at: number): Promise<Held> {
    const { repository, store, digest, actor, upstream } = upload;
    const made = { name: repository, store, upstream, actor, at };
    const { id, store: own, created } = await this.repositories.ensure(facts, made);
    if (own !== store) throw new Error(`${repository} was made in the store ${own} while a blob was kept in ${store}.`);
    const isNew = await this.memberships.put(facts, { repositoryId: id, store, digest, upstream, at });
    await this.uploads.remove(facts, upload.upload);
    await this.changes.record(facts, { at, kind: 'blob.pushed', repository, digest, actor });
    const isFill = isNew && upstream !== undefined;
    return { created, filled: isFill ? await this.images.byBlob(facts, { repositoryId: id, digest }, at) : [] };
  }
}
