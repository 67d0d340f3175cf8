import { FilesystemBlobStorage } from './filesystem-blob-storage.js';

/** The same files, of which nothing is ever removed: for finding out what would be. */
export class KeepingBlobStorage extends FilesystemBlobStorage {
  override remove(): Promise<void> {
    return Promise.resolve();
  }

  override discard(): Promise<void> {
    return Promise.resolve();
  }
}
