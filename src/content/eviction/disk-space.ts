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
    const age = this.#measured && this.clock.now() - this.#measured.at;
    if (this.#measured === undefined || age === undefined || age < 0 || age >= MEASURED_FOR)
      this.#measured = { at: this.clock.now(), space: this.#measure() };
    const space = await this.#measured.space;
    return space && space.free - bytesToKeepFree(this.minimum, space.total);
  }

  /** Measures anew when it is asked next: something has been removed. */
  forget(): void {
    this.#measured = undefined;
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
