/** Room that was made for a blob on its way here, until it is disposed: by then the blob counts as held, or does not come. */
export class Room implements Disposable {
  #written = 0;
  #isOver = false;

  constructor(
    readonly upstream: string,
    readonly store: string,
    /** Bytes that count against the limit of the upstream once it is held. */
    private readonly counted: number,
    /** Bytes that will be written. */
    private readonly size: number,
    private readonly ended: (room: Room) => void,
  ) {}

  get reserved(): number {
    return this.counted;
  }

  /** Bytes that the disk is still to take. */
  get unwritten(): number {
    return Math.max(0, this.size - this.#written);
  }

  wrote(length: number): void {
    this.#written += length;
  }

  [Symbol.dispose](): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.ended(this);
  }
}
