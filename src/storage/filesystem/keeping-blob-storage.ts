import type { StoredLocation } from '../blob-storage.js';
import { FilesystemBlobStorage } from './filesystem-blob-storage.js';

/** The same files, of which nothing is ever removed: for finding out what would be. What was, is not seen any more. */
export class KeepingBlobStorage extends FilesystemBlobStorage {
  readonly #removed = new Set<string>();

  override async remove(location: string): Promise<void> {
    this.#removed.add(location);
  }

  override async discard(upload: string): Promise<void> {
    this.#removed.add(upload);
  }

  override async *locations(): AsyncIterable<StoredLocation> {
    for await (const found of super.locations()) if (!this.#removed.has(found.location)) yield found;
  }

  override async *uploads(): AsyncIterable<string> {
    for await (const upload of super.uploads()) if (!this.#removed.has(upload)) yield upload;
  }
}
