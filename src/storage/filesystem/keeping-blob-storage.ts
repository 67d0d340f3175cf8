import type { StoredLocation } from '../blob-storage.js';
import { FilesystemBlobStorage } from './filesystem-blob-storage.js';

/** The same files, of which nothing is ever removed: for finding out what would be. What was, is not seen any more. */
export class KeepingBlobStorage extends FilesystemBlobStorage {
  readonly #removed = new Set<string>();
  #uploads: readonly string[] = [];

  /** Takes down which uploads there are: `uploads` gives these. */
  async rememberUploads(): Promise<void> {
    const found: string[] = [];
    for await (const upload of super.uploads()) found.push(upload);
    this.#uploads = found;
  }

  /** Not even the folders are made. */
  override prepare(): Promise<void> {
    return Promise.resolve();
  }

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
    for (const upload of this.#uploads) if (!this.#removed.has(upload)) yield await Promise.resolve(upload);
  }
}
