import { Inject, Injectable } from '@nestjs/common';
import { Clock, StorageError } from '@berth/sdk';
import { RegistryLogger } from '../../logging/registry-logger.js';
import type { StorageSpace } from '../../storage/blob-storage.js';
import { BlobStores } from '../../storage/blob-stores.js';
import { bytesToKeepFree, type MinFreeSpace } from '../../storage/min-free-space.js';

export const MIN_FREE_SPACE = Symbol('MinFreeSpace');

/** How long a measurement counts, in milliseconds: fetches are many, and a disk does not fill up at once. */
const MEASURED_FOR = 1000;

interface Measured {
  readonly at: number;
  readonly space: Promise<StorageSpace | undefined>;
  /** Bytes that were written since. */
  used: number;
}

/** What of the disk below a store may still be filled by what upstreams give. */
@Injectable()
export class DiskSpace {
  readonly #measured = new Map<string, Measured>();

  constructor(
    private readonly stores: BlobStores,
    private readonly clock: Clock,
    private readonly logger: RegistryLogger,
    @Inject(MIN_FREE_SPACE) private readonly minimum: MinFreeSpace,
  ) {}

  /** Bytes, below zero where less than the minimum is free; `undefined` where nothing bounds them, or nobody knows. */
  async left(store: string): Promise<number | undefined> {
    if ('bytes' in this.minimum && this.minimum.bytes === 0) return undefined;
    const now = this.clock.now();
    let measured = this.#measured.get(store);
    // Also where the clock was set back.
    if (!measured || Math.abs(now - measured.at) >= MEASURED_FOR)
      this.#measured.set(store, (measured = { at: now, space: this.#measure(store), used: 0 }));
    const space = await measured.space;
    return space && space.free - measured.used - bytesToKeepFree(this.minimum, space.total);
  }

  /** Measures anew when it is asked next: something has been removed. */
  forget(store: string): void {
    this.#measured.delete(store);
  }

  /** So many bytes have been written. */
  use(store: string, bytes: number): void {
    const measured = this.#measured.get(store);
    if (measured) measured.used += bytes;
  }

  async #measure(store: string): Promise<StorageSpace | undefined> {
    try {
      return await this.stores.get(store).space();
    } catch (cause) {
      if (!(cause instanceof StorageError)) throw cause;
      // Whether it can be written, writing will tell.
      this.logger.warn({ store, err: cause }, 'how much of the disk is free cannot be found out');
      return undefined;
    }
  }
}
