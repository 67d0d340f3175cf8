import { type Hash, createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { type Digest, digestOf } from '@berth/sdk';
import { SeededRandom } from '../kit/builders/seeded-random.js';

const PIECE = 1024 * 1024;

/** A blob that is too large to keep: the same seed and size give the same bytes each time it is read. */
export class GeneratedBlob {
  private readonly piece: Buffer;

  /** `size` in bytes, a multiple of 1 MiB. */
  constructor(
    seed: number,
    readonly size: number,
  ) {
    if (size % PIECE !== 0) throw new Error('the size must be a multiple of 1 MiB');
    this.piece = new SeededRandom(seed, 'generated blob').bytes(PIECE);
  }

  /** The bytes from `start` to before `end`, both multiples of 1 MiB; what is read is also given to `hash`. */
  read(start = 0, end = this.size, hash?: Hash): Readable {
    return Readable.from(this.pieces(start, end, hash), { objectMode: false, highWaterMark: PIECE });
  }

  /** The digest, by making the bytes once. */
  digest(): Digest {
    const hash = createHash('sha256');
    for (const piece of this.pieces(0, this.size)) hash.update(piece);
    return digestOf('sha256', hash.digest('hex'));
  }

  private *pieces(start: number, end: number, hash?: Hash): Generator<Buffer> {
    for (let offset = start; offset < end; offset += PIECE) {
      // A copy, since the one before may still wait to be sent; numbered, so that no piece can stand for another.
      const piece = Buffer.from(this.piece);
      piece.writeBigUInt64LE(BigInt(offset));
      hash?.update(piece);
      yield piece;
    }
  }
}
