import { Readable } from 'node:stream';
import type { OpenBlob } from '../../storage/blob-storage.js';

/** How much is read at a time. */
const PIECE_BYTES = 256 * 1024;

/** An open blob as a stream, which closes it. Ends where the bytes end, whatever size they should have. */
export class StoredBlobStream extends Readable {
  #position = 0;

  constructor(private readonly blob: OpenBlob) {
    super({ highWaterMark: PIECE_BYTES });
  }

  override _read(): void {
    const target = Buffer.allocUnsafe(PIECE_BYTES);
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
