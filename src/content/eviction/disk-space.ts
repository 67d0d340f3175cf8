import { Inject, Injectable } from '@nestjs/common';
import { Clock, StorageError } from '@berth/sdk';
import { RegistryLogger } from '../../logging/registry-logger.js';
import { BlobStorage, type StorageSpace } from '../../storage/blob-storage.js';
import { bytesToKeepFree, type MinFreeSpace } from '../../storage/min-free-space.js';

export const MIN_FREE_SPACE = Symbol('MinFreeSpace');

/** How long a measurement counts, in milliseconds: fetches are many, and a disk does not fill up at once. */
const MEASURED_FOR = 1000;

/** What of the disk below the store may still be filled by what upstreams give. */
@Injectable()
export class DiskSpace {
  /** Bytes that were written since it was measured. */
  #used = 0;
  #measured: { readonly at: number; readonly space: Promise<StorageSpace | undefined> } | undefined;

  constructor(
    private readonly storage: BlobStorage,
    private readonly clock: Clock,
    private readonly logger: RegistryLogger,
    @Inject(MIN_FREE_SPACE) private readonly minimum: MinFreeSpace,
  ) {}

  /** Bytes, below zero where less than the minimum is free; `undefined` where nothing bounds them, or nobody knows. */
  async left(): Promise<number | undefined> {
    if ('bytes' in this.minimum && this.minimum.bytes === 0) return undefined;
    const now = this.clock.now();
    // Also where the clock was set back.
    if (this.#measured && Math.abs(now - this.#measured.at) >= MEASURED_FOR) this.forget();
    this.#measured ??= { at: now, space: this.#measure() };
    const space = await this.#measured.space;
    return space && space.free - this.#used - bytesToKeepFree(this.minimum, space.total);
  }

  /** Measures anew when it is asked next: something has been removed. */
  forget(): void {
    this.#measured = undefined;
    this.#used = 0;
  }

  /** So many bytes have been written. */
  use(bytes: number): void {
    this.#used += bytes;
  }

  async #measure(): Promise<StorageSpace | undefined> {
    try {
      return await this.storage.space();
    } catch (cause) {
      if (!(cause instanceof StorageError)) throw cause;
      // Whether it can be written, writing will tell.
      this.logger.warn({ err: cause }, 'how much of the disk is free cannot be found out');
      return undefined;
    }
  }
}
