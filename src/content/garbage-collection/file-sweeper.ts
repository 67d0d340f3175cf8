import { Injectable } from '@nestjs/common';
import { Clock, DEFAULT_STORE } from '@berth/sdk';
import { Blobs } from '../../metadata/blobs.js';
import { Uploads } from '../../metadata/uploads.js';
import type { BlobStorage, StoredLocation } from '../../storage/blob-storage.js';
import { BlobStores } from '../../storage/blob-stores.js';
import { originalLocation, uploadOf } from '../../storage/storage-layout.js';

export interface SweepOptions {
  /** Milliseconds a file must have been left alone. */
  readonly delay: number;
  /** Those whose files are looked at. */
  readonly stores: readonly string[];
  readonly signal: AbortSignal;
  readonly onRemoved: (file: string) => void;
}

const BATCH = 100;

/** Removes files that no row names: what a crash left between writing bytes and writing the fact, or after removing it. */
@Injectable()
export class FileSweeper {
  constructor(
    private readonly blobs: Blobs,
    private readonly uploads: Uploads,
    private readonly stores: BlobStores,
    private readonly clock: Clock,
  ) {}

  async sweep(options: SweepOptions): Promise<void> {
    for (const name of options.stores) {
      const onRemoved = (file: string): void => {
        options.onRemoved(name === DEFAULT_STORE ? file : `${file} of the store ${name}`);
      };
      await this.#sweepStore(this.stores.get(name), { ...options, onRemoved });
    }
  }

  async #sweepStore(storage: BlobStorage, options: SweepOptions): Promise<void> {
    let batch: StoredLocation[] = [];
    for await (const found of storage.locations()) {
      options.signal.throwIfAborted();
      batch.push(found);
      if (batch.length < BATCH) continue;
      await this.#sweepLocations(storage, batch, options);
      batch = [];
    }
    await this.#sweepLocations(storage, batch, options);
    await this.#sweepUploads(storage, options);
  }

  async #sweepLocations(
    storage: BlobStorage,
    found: readonly StoredLocation[],
    { delay, onRemoved }: SweepOptions,
  ): Promise<void> {
    const before = this.clock.now() - delay;
    const old = found.filter(({ modifiedAt }) => modifiedAt <= before).map(({ location }) => location);
    // In this order: the row of an upload goes in the transaction that names its bytes.
    const pending = await this.uploads.known(old.map(uploadOf));
    // By any row, of whatever store: where the roots of two were confused, nothing is lost.
    // Damaged bytes have their second location before a row names it: until then the row names the first.
    const named = await this.blobs.named(old.flatMap(namesOf));
    for (const location of old) {
      if (pending.has(uploadOf(location)) || namesOf(location).some((name) => named.has(name))) continue;
      await storage.remove(location);
      onRemoved(location);
    }
  }

  async #sweepUploads(storage: BlobStorage, { signal, onRemoved }: SweepOptions): Promise<void> {
    for await (const upload of storage.uploads()) {
      signal.throwIfAborted();
      // The row is there before the first byte, so bytes without a row are nobody's.
      if ((await this.uploads.known([upload])).has(upload)) continue;
      await storage.discard(upload);
      onRemoved(upload);
    }
  }
}

function namesOf(location: string): string[] {
  const original = originalLocation(location);
  return original === undefined ? [location] : [location, original];
}
