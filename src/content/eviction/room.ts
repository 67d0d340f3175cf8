export interface RoomTaken {
  readonly upstream: string;
  readonly store: string;
  /** Bytes that will count against the limit of the upstream. */
  readonly reserved: number;
  /** Bytes that will be written. */
  readonly size: number;
  /** Told of bytes that have been written. */
  readonly onWritten: (length: number) => void;
  readonly onEnded: (room: Room) => void;
}

/** Room that was made for a blob on its way here, until it is disposed: by then the blob counts as held, or does not come. */
export class Room implements Disposable {
  #written = 0;
  #isOver = false;

  constructor(readonly taken: RoomTaken) {}

  /** Bytes that the disk is still to take. */
  get unwritten(): number {
    return Math.max(0, this.taken.size - this.#written);
  }

  /** So many bytes of it were on the disk before the room was made. */
  begin(length: number): void {
    this.#written = length;
  }

  wrote(length: number): void {
    this.#written += length;
    this.taken.onWritten(length);
  }

  [Symbol.dispose](): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.taken.onEnded(this);
  }
}
