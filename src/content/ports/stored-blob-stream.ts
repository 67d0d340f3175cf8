import { Readable } from 'node:stream';
import type { OpenBlob } from '../../storage/blob-storage.js';

/** How much is read at a time, and what there is room for at least: a small blob must not cost as much memory as a large one. */
const PIECE_BYTES = 256 * 1024;
const SMALLEST_PIECE = 512;

/** An open blob as a stream, which closes it. Ends where the bytes end, whatever size they should have. */
export class StoredBlobStream extends Readable {
  #position = 0;

  /** `size`: how many bytes there should be. */
  constructor(
    private readonly blob: OpenBlob,
    private readonly size: number,
  ) {
    super({ highWaterMark: PIECE_BYTES });
  }

  override _read(): void {
    const left = this.size - this.#position;
    const target = Buffer.allocUnsafe(Math.min(Math.max(left, SMALLEST_PIECE), PIECE_BYTES));
    this.blob.read(target, this.#position).then(
      (length) => {
        this.#position += length;
        this.push(length === 0 ? null : target.subarray(0, length));
      },
      (cause: unknown) => {
        this.destroy(cause instanceof Error ? cause : new Error(String(cause)));
      },
    );
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.blob.close().then(
      () => {
        done(error);
      },
      (cause: unknown) => {
        done(error ?? (cause instanceof Error ? cause : new Error(String(cause))));
      },
    );
  }
}
