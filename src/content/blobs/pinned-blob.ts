import type { OpenBlob } from '../../storage/blob-storage.js';

/** A blob that stays where it is while it is read. */
export class PinnedBlob implements OpenBlob {
  constructor(
    private readonly blob: OpenBlob,
    private readonly pin: Disposable,
  ) {}

  read(target: Uint8Array, position: number): Promise<number> {
    return this.blob.read(target, position);
  }

  async close(): Promise<void> {
    try {
      await this.blob.close();
    } finally {
      this.pin[Symbol.dispose]();
    }
  }
}
