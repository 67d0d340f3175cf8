import { Injectable } from '@nestjs/common';
import { Clock } from '@berth/sdk';
import { Blobs } from '../../metadata/blobs.js';
import { Uploads } from '../../metadata/uploads.js';
import { BlobStorage, type StoredLocation } from '../../storage/blob-storage.js';
import { originalLocation, uploadOf } from '../../storage/storage-layout.js';

export interface SweepOptions {
  /** Milliseconds a file must have been left alone. */
  readonly delay: number;
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
    private readonly storage: BlobStorage,
    private readonly clock: Clock,
  ) {}

  async sweep(options: SweepOptions): Promise<void> {
    let batch: StoredLocation[] = [];
    for await (const found of this.storage.locations()) {
      options.signal.throwIfAborted();
      batch.push(found);
      if (batch.length < BATCH) continue;
      await this.#sweepLocations(batch, options);
      batch = [];
    }
    await this.#sweepLocations(batch, options);
    await this.#sweepUploads(options);
  }

  async #sweepLocations(found: readonly StoredLocation[], { delay, onRemoved }: SweepOptions): Promise<void> {
    const before = this.clock.now() - delay;
    const old = found.filter(({ modifiedAt }) => modifiedAt <= before).map(({ location }) => location);
    // In this order: the row of an upload goes in the transaction that names its bytes.
    const pending = await this.uploads.known(old.map(uploadOf));
    // Damaged bytes have their second location before a row names it: until then the row names the first.
    const named = await this.blobs.named(old.flatMap(namesOf));
    for (const location of old) {
      if (pending.has(uploadOf(location)) || namesOf(location).some((name) => named.has(name))) continue;
      await this.storage.remove(location);
      onRemoved(location);
    }
  }

  async #sweepUploads({ signal, onRemoved }: SweepOptions): Promise<void> {
    for await (const upload of this.storage.uploads()) {
      signal.throwIfAborted();
      // The row is there before the first byte, so bytes without a row are nobody's.
      if ((await this.uploads.known([upload])).has(upload)) continue;
      await this.storage.discard(upload);
      onRemoved(upload);
    }
  }
}

function namesOf(location: string): string[] {
  const original = originalLocation(location);
  return original === undefined ? [location] : [location, original];
}
