/** Buffers of one size that are used again and again. */
export class BufferPool {
  readonly #free: Buffer[] = [];

  constructor(
    private readonly size: number,
    /** More than these are left to the garbage collector. */
    private readonly kept: number,
  ) {}

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(this.size);
  }

  /** The caller must not touch the buffer any more. */
  give(buffer: Buffer): void {
    if (this.#free.length < this.kept) this.#free.push(buffer);
  }
}
