import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { Repositories } from '../../metadata/repositories.js';
import { BlobStores } from '../../storage/blob-stores.js';
import { BlobCommit, type FinishedUpload } from './blob-commit.js';

/** Makes a finished upload a blob of its repository, in the store of that, wherever its bytes have come to lie. */
@Injectable()
export class UploadCommit {
  constructor(
    private readonly repositories: Repositories,
    private readonly stores: BlobStores,
    private readonly blobCommit: BlobCommit,
  ) {}

  /** Gives true where the repository was made. */
  async commit(upload: FinishedUpload): Promise<boolean> {
    const store = (await this.repositories.find(upload.repository))?.store ?? upload.store;
    if (store === upload.store) return this.blobCommit.commit(upload);
    // The repository was made in another store since the upload began. No store can rename what lies in another.
    await this.#copyTo(store, upload);
    const created = await this.blobCommit.commit({ ...upload, store });
    await this.stores.get(upload.store).discard(upload.upload);
    return created;
  }

  /** Under the same id: until the commit the row keeps the sweep from both. */
  async #copyTo(store: string, { upload, store: from, size }: FinishedUpload): Promise<void> {
    const { signal } = new AbortController();
    const nothing = (): void => undefined;
    const pieces = Readable.from(owned(this.stores.get(from).readUpload(upload, size, signal)), { objectMode: false });
    const options = { offset: 0, signal, onBytes: nothing, onWritten: nothing };
    await this.stores.get(store).append(upload, pieces, options);
  }
}

/** A reader gives the same memory again, and a writer may have several pieces waiting. */
async function* owned(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const piece of pieces) yield Uint8Array.from(piece);
}
