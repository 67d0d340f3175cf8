import type { OpenBlob } from '../../storage/blob-storage.js';

/** What a follower sees of a blob that grows. */
export interface Followed {
  /** The bytes before this position may be read. */
  readonly readable: number;
  readonly isWhole: boolean;
  readonly failure: Error | undefined;
  /** Bytes at `position`, which is below `readable`. */
  take(target: Uint8Array, position: number): number | Promise<number>;
  /** A follower has got on. */
  moved(): void;
  left(follower: BlobFollower): void;
}

/** One reader of a blob that grows, at its own pace. Waits for bytes that are not there yet. */
export class BlobFollower implements OpenBlob {
  /** The first byte that it may want still. */
  position = 0;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;
  readonly #gone = (): void => {
    this.fail(this.signal.reason as Error);
  };

  constructor(
    private readonly blob: Followed,
    private readonly signal: AbortSignal,
  ) {
    if (signal.aborted) this.#gone();
    else signal.addEventListener('abort', this.#gone, { once: true });
  }

  async read(target: Uint8Array, position: number): Promise<number> {
    const { blob } = this;
    this.#moveTo(position);
    await this.#reached(position);
    const length = Math.min(target.byteLength, blob.readable - position);
    if (length <= 0) return 0;
    const taken = await blob.take(length === target.byteLength ? target : target.subarray(0, length), position);
    // Nothing that was read before somebody found it wrong may go out after that.
    this.#throwFailure();
    this.#moveTo(position + taken);
    return taken;
  }

  close(): Promise<void> {
    this.signal.removeEventListener('abort', this.#gone);
    this.blob.left(this);
    return Promise.resolve();
  }

  /** It gets no byte more. */
  fail(cause: Error): void {
    this.#failure ??= cause;
    this.#wake?.();
  }

  /** Looks again whether what it waits for is there. */
  look(): void {
    this.#wake?.();
  }

  #moveTo(position: number): void {
    if (position === this.position) return;
    this.position = position;
    this.blob.moved();
  }

  async #reached(position: number): Promise<void> {
    for (;;) {
      this.#throwFailure();
      if (position < this.blob.readable || this.blob.isWhole) return;
      await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#wake = undefined;
    }
  }

  #throwFailure(): void {
    const failure = this.#failure ?? this.blob.failure;
    if (failure) throw failure;
  }
}
