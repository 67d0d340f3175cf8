import { DEFAULT_STORE, StorageError } from '@berth/sdk';
import type { BlobStorage } from './blob-storage.js';

/** The stores by their names, each with bytes of its own: which lie where, the rows say. */
export class BlobStores {
  readonly #byName: ReadonlyMap<string, BlobStorage>;

  constructor(byName: ReadonlyMap<string, BlobStorage>) {
    this.#byName = byName;
  }

  /** The default store alone. */
  static of(storage: BlobStorage): BlobStores {
    return new BlobStores(new Map([[DEFAULT_STORE, storage]]));
  }

  get names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** @throws StorageError where it is not configured any more */
  get(name: string): BlobStorage {
    const store = this.#byName.get(name);
    if (!store) throw new StorageError('failed', 'finding', name, 'no store of this name is configured');
    return store;
  }

  /** Makes them all ready; StorageError where that is impossible. */
  async prepare(): Promise<void> {
    for (const store of this.#byName.values()) await store.prepare();
  }
}
