/** The pieces of a stream that somebody needs still: one run of bytes, which grows at its end and shrinks at its beginning. */
export class ByteWindow {
  readonly #pieces: { readonly start: number; readonly bytes: Uint8Array }[] = [];
  #start: number;
  #end: number;

  /** Empty, before the byte at `start`. */
  constructor(start: number) {
    this.#start = this.#end = start;
  }

  /** The first byte that it has; where it has none, the next that will come. */
  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#end;
  }

  push(bytes: Uint8Array): void {
    this.#pieces.push({ start: this.#end, bytes });
    this.#end += bytes.byteLength;
  }

  /** Lets go of what lies before `position`. */
  dropBefore(position: number): void {
    this.#start = Math.max(this.#start, Math.min(position, this.#end));
    const kept = this.#pieces.findIndex(({ start, bytes }) => start + bytes.byteLength > position);
    this.#pieces.splice(0, kept === -1 ? this.#pieces.length : kept);
  }

  /** Copies from `position` on as much as there is and fits; gives how much, 0 where it has not that byte. */
  copy(target: Uint8Array, position: number): number {
    let copied = 0;
    for (const { start, bytes } of this.#pieces) {
      const from = position + copied - start;
      if (from < 0 || copied === target.byteLength) break;
      if (from >= bytes.byteLength) continue;
      const part = bytes.subarray(from, from + target.byteLength - copied);
      target.set(part, copied);
      copied += part.byteLength;
    }
    return copied;
  }
}
