import { pipeline, type Readable, Transform, type TransformCallback } from 'node:stream';
import type { Bandwidth } from './bandwidth.js';

/** A body no faster than its upstream's bandwidth allows: what is not taken from it stays with the upstream. */
export class PacedBody extends Transform {
  readonly #over = new AbortController();

  /** `body` itself where there is no bound. */
  static of(body: Readable, bandwidth: Bandwidth): Readable {
    if (!bandwidth.isBounded) return body;
    // Whoever reads it is told of what is wrong with either.
    return pipeline(body, new PacedBody(bandwidth), () => undefined);
  }

  private constructor(private readonly bandwidth: Bandwidth) {
    super({ readableHighWaterMark: bandwidth.piece, writableHighWaterMark: bandwidth.piece });
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, callback: TransformCallback): void {
    this.#pass(chunk).then(() => {
      callback();
    }, callback);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#over.abort(error ?? new Error('Nobody reads it any more.'));
    callback(error);
  }

  async #pass(chunk: Buffer): Promise<void> {
    for (let at = 0; at < chunk.byteLength;) {
      const piece = chunk.subarray(at, at + this.bandwidth.piece);
      await this.bandwidth.take(piece.byteLength, this.#over.signal);
      this.push(piece);
      at += piece.byteLength;
    }
  }
}
