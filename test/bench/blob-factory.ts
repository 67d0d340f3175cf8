import { createHash, randomBytes } from 'node:crypto';

const MEBIBYTE = 1024 * 1024;
const TAIL_LENGTH = 32;

export interface BenchBlob {
  readonly digest: string;
  readonly size: number;
  readonly pieces: readonly Buffer[];
}

export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/**
 * Makes blobs of one size that differ in their last 32 bytes. All share a few random buffers and the hash state before
 * the tail, so that a new 100 MiB blob costs the client microseconds, and neither memory nor time that a slice would see.
 */
export class BlobFactory {
  readonly #size: number;
  readonly #shared: readonly Buffer[];
  readonly #hashBeforeTail = createHash('sha256');

  constructor(size: number) {
    this.#size = size;
    const buffers = [randomBytes(MEBIBYTE), randomBytes(MEBIBYTE), randomBytes(MEBIBYTE)];
    const shared: Buffer[] = [];
    for (let left = size - TAIL_LENGTH; left > 0; left -= MEBIBYTE) {
      const buffer = buffers[shared.length % buffers.length];
      if (buffer !== undefined) shared.push(buffer.subarray(0, left));
    }
    for (const piece of shared) this.#hashBeforeTail.update(piece);
    this.#shared = shared;
  }

  /** A blob that was not made before, in this run or another. */
  next(): BenchBlob {
    const tail = randomBytes(TAIL_LENGTH);
    const hex = this.#hashBeforeTail.copy().update(tail).digest('hex');
    return { digest: `sha256:${hex}`, size: this.#size, pieces: [...this.#shared, tail] };
  }
}
