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
/** So much may wait to be taken: halting a connection and letting it go on again for each piece costs more than the piece. */
const QUEUED_BYTES = 512 * 1024;

/** One transfer from a source, taken piece by piece. It breaks where it is silent for too long while somebody waits. */
export class SourceStream {
  readonly #pieces: Uint8Array[] = [];
  #queued = 0;
  #skip: number;
  #isOver = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;
  #idle: NodeJS.Timeout | undefined;
  readonly #onData = (piece: unknown): void => {
    this.#arrived(piece);
  };
  /** One timer for the whole transfer, which counts only while somebody waits. */
  readonly #onSilence = (): void => {
    if (this.#wake) this.stream.destroy(new DOMException('The source went silent.', 'TimeoutError'));
  };
  readonly #abort = (): void => {
    this.stream.destroy(this.options.signal.reason as Error);
  };

  constructor(
    private readonly stream: Readable,
    private readonly options: SourceStreamOptions,
  ) {
    this.#skip = options.skip;
    // By events, since a loop over the stream would copy what it has at hand into one piece.
    stream.on('data', this.#onData);
    stream.once('end', () => {
      this.#over();
    });
    // It may break while nobody reads it; whoever reads it then is told.
    stream.on('error', (cause: Error) => {
      this.#over(cause);
    });
    stream.once('close', () => {
      this.#over(new Error('The source hung up.'));
    });
    if (stream.readableEnded) this.#over();
    else if (stream.destroyed) this.#over(stream.errored ?? new Error('The source hung up.'));
    else this.#idle = setTimeout(this.#onSilence, options.idleTimeout);
    // Somebody may have paused it before.
    stream.resume();
    if (options.signal.aborted) this.#abort();
    else options.signal.addEventListener('abort', this.#abort, { once: true });
  }

  /** The next bytes, at least one, where they are here already. */
  take(): Uint8Array | undefined {
    const bytes = this.#pieces.shift();
    if (!bytes) return undefined;
    this.#queued -= bytes.byteLength;
    if (this.#queued < QUEUED_BYTES && this.stream.isPaused()) this.stream.resume();
    return bytes;
  }

  /** The next bytes, at least one; `undefined` at the end. */
  async next(): Promise<Uint8Array | undefined> {
    for (;;) {
      const bytes = this.take();
      if (bytes) return bytes;
      if (this.#failure) throw this.#failure;
      if (this.#isOver) return undefined;
      await this.#more();
    }
  }

  /** All that is wanted has come: lets the stream end by itself, so that its connection can be used again. */
  finish(): void {
    this.#forget();
    if (this.#isOver || this.stream.destroyed) return;
    const timer = setTimeout(() => this.stream.destroy(), ENDING_TIME);
    timer.unref();
    this.stream.once('close', () => {
      clearTimeout(timer);
    });
    // What comes still is of no use any more.
    this.#skip = Infinity;
    this.stream.resume();
  }

  close(): void {
    this.#forget();
    this.stream.destroy();
  }

  #arrived(piece: unknown): void {
    const bytes = bytesOf(piece);
    if (!bytes) {
      this.stream.destroy(new TypeError('A source must give a stream of bytes.'));
      return;
    }
    this.options.onBytes(bytes.byteLength);
    const wanted = this.#skip === 0 ? bytes : bytes.subarray(Math.min(this.#skip, bytes.byteLength));
    this.#skip -= bytes.byteLength - wanted.byteLength;
    this.#idle?.refresh();
    if (wanted.byteLength === 0) return;
    this.#pieces.push(wanted);
    this.#queued += wanted.byteLength;
    if (this.#queued >= QUEUED_BYTES) this.stream.pause();
    this.#wake?.();
  }

  /** Waits for something to come. */
  async #more(): Promise<void> {
    this.#idle?.refresh();
    await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#wake = undefined;
  }

  #over(cause?: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#failure = cause;
    if (cause) this.#rescue();
    this.#wake?.();
  }

  /** What had come when it broke is good still: a transfer that is cut again and again gets on only so. */
  #rescue(): void {
    const { stream } = this;
    stream.off('data', this.#onData);
    for (let piece: unknown = stream.read(); piece !== null; piece = stream.read()) this.#arrived(piece);
  }

  #forget(): void {
    clearTimeout(this.#idle);
    this.#idle = undefined;
    this.options.signal.removeEventListener('abort', this.#abort);
  }
}

function bytesOf(piece: unknown): Uint8Array | undefined {
  return typeof piece === 'string' ? Buffer.from(piece) : piece instanceof Uint8Array ? piece : undefined;
}
