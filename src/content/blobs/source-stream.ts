import type { Readable } from 'node:stream';

export interface SourceStreamOptions {
  /** Bytes at its beginning that nobody wants. */
  readonly skip: number;
  /** Milliseconds. */
  readonly idleTimeout: number;
  readonly signal: AbortSignal;
  /** Called with the length of each piece that came, wanted or not. */
  readonly onBytes: (length: number) => void;
}

/** How long a stream may take to say that it has ended, once all bytes have come. Milliseconds. */
const ENDING_TIME = 1000;

/** One transfer from a source, read piece by piece. It breaks where it is silent for too long. */
export class SourceStream {
  readonly #pieces: AsyncIterator<unknown>;
  #skip: number;
  readonly #abort = (): void => {
    this.stream.destroy(this.options.signal.reason as Error);
  };

  constructor(
    private readonly stream: Readable,
    private readonly options: SourceStreamOptions,
  ) {
    this.#skip = options.skip;
    // It may break while nobody reads it; whoever reads it then is told.
    stream.on('error', () => undefined);
    this.#pieces = stream[Symbol.asyncIterator]();
    if (options.signal.aborted) this.#abort();
    else options.signal.addEventListener('abort', this.#abort, { once: true });
  }

  /** The next bytes, at least one; `undefined` at the end. */
  async next(): Promise<Uint8Array | undefined> {
    for (;;) {
      const bytes = await this.#read();
      if (!bytes) return undefined;
      this.options.onBytes(bytes.byteLength);
      const wanted = bytes.subarray(Math.min(this.#skip, bytes.byteLength));
      this.#skip -= bytes.byteLength - wanted.byteLength;
      if (wanted.byteLength > 0) return wanted;
    }
  }

  /** All that is wanted has come: lets the stream end by itself, so that its connection can be used again. */
  finish(): void {
    this.#forget();
    if (this.stream.readableEnded || this.stream.destroyed) return;
    const timer = setTimeout(() => this.stream.destroy(), ENDING_TIME);
    timer.unref();
    this.stream.once('close', () => {
      clearTimeout(timer);
    });
    void this.#drain();
  }

  close(): void {
    this.#forget();
    this.stream.destroy();
  }

  async #read(): Promise<Uint8Array | undefined> {
    const idle = setTimeout(() => {
      this.stream.destroy(new DOMException('The source went silent.', 'TimeoutError'));
    }, this.options.idleTimeout);
    try {
      const piece = await this.#pieces.next();
      if (piece.done) return undefined;
      const { value } = piece;
      if (typeof value === 'string') return Buffer.from(value);
      if (value instanceof Uint8Array) return value;
      throw new TypeError('A source must give a stream of bytes.');
    } finally {
      clearTimeout(idle);
    }
  }

  async #drain(): Promise<void> {
    try {
      while (!(await this.#pieces.next()).done);
    } catch {
      // It is of no use any more.
    }
  }

  #forget(): void {
    this.options.signal.removeEventListener('abort', this.#abort);
  }
}
