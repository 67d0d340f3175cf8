import type { OpenBlob } from '../../storage/blob-storage.js';
import { BlobFollower, type Followed } from './blob-follower.js';
import { ByteWindow } from './byte-window.js';

/** So much of its end nobody gets before the digest is known to be right. Bytes. */
export const WITHHELD_BYTES = 64 * 1024;

/**
 * A blob that comes from an upstream, for any number of readers who follow it at any offset. What is written is read from the
 * file, what is not from memory. Memory depends neither on its size nor on how many read it.
 */
export class GrowingBlob implements Followed {
  failure: Error | undefined;
  isWhole = false;
  /** Who gives it, once that is known. */
  upstream: string | undefined;
  readonly #followers = new Set<BlobFollower>();
  readonly #begun = Promise.withResolvers<undefined>();
  #moved = Promise.withResolvers<undefined>();
  #window = new ByteWindow(0);
  #written = 0;
  #size: number | undefined;
  #file: OpenBlob | undefined;
  #isOver = false;
  #users = 0;

  /** Resolves once its size is known and its first byte has come. Never, where it fails before. */
  get begun(): Promise<undefined> {
    return this.#begun.promise;
  }

  /** Bytes, once `begun`. */
  get size(): number {
    return this.#size ?? 0;
  }

  /** Bytes, as far as it is known. */
  get announcedSize(): number | undefined {
    return this.#size;
  }

  /** Bytes that are here. */
  get received(): number {
    return this.#window.end;
  }

  /** How many read it or wait for it. */
  get users(): number {
    return this.#users;
  }

  get readable(): number {
    if (this.#size === undefined) return 0;
    if (this.isWhole) return this.#size;
    return Math.max(0, Math.min(this.#window.end, this.#size - WITHHELD_BYTES));
  }

  /** False where its beginning is neither in the file nor in memory any more. */
  get isJoinable(): boolean {
    return this.failure === undefined && this.#window.start <= this.#written;
  }

  get isUsed(): boolean {
    return this.#users > 0;
  }

  /** Somebody waits for it, until `leave`. */
  enter(): void {
    this.#users += 1;
  }

  leave(): void {
    this.#users -= 1;
    this.moved();
  }

  /** For whoever has entered it, who leaves it by closing the result. */
  follow(signal: AbortSignal): OpenBlob {
    const follower = new BlobFollower(this, signal);
    this.#followers.add(follower);
    return follower;
  }

  take(target: Uint8Array, position: number): number | Promise<number> {
    if (this.#file && position < this.#written) {
      const length = Math.min(target.byteLength, this.#written - position);
      return this.#file.read(target.subarray(0, length), position);
    }
    const taken = this.#window.copy(target, position);
    if (taken === 0) throw new Error('The reader has fallen behind what is kept in memory.');
    return taken;
  }

  moved(): void {
    this.#moved.resolve(undefined);
  }

  left(follower: BlobFollower): void {
    if (!this.#followers.delete(follower)) return;
    this.leave();
    void this.#closeFile();
  }

  /** Where its bytes are written to: `kept` of them are there already. Closed once nobody reads it any more. */
  keepIn(file: OpenBlob, kept: number): void {
    this.#file = file;
    this.#written = kept;
    this.#window = new ByteWindow(kept);
  }

  /** Who gives it, and its size as they say it, before the first byte. */
  expect(upstream: string, size: number | undefined): void {
    this.upstream = upstream;
    this.#size = size;
  }

  push(bytes: Uint8Array): void {
    this.#window.push(bytes);
    if (this.#size !== undefined) this.#begun.resolve(undefined);
    this.#tell();
  }

  /** The next `length` bytes are in the file. */
  wrote(length: number): void {
    this.#written += length;
    this.#window.dropBefore(this.#written);
  }

  /** All have come and are right. */
  complete(size: number): void {
    this.#size = size;
    this.isWhole = true;
    this.#begun.resolve(undefined);
    this.#tell();
  }

  fail(cause: Error): void {
    if (this.isWhole) return;
    this.failure = cause;
    this.#tell();
  }

  /** Nothing will be written any more. */
  end(): Promise<void> {
    this.#isOver = true;
    return this.#closeFile();
  }

  /**
   * For one that cannot be written: waits until those who follow have taken enough for more to fit into `bytes` of memory, and
   * leaves behind who takes nothing for `stallTime` milliseconds. False where nobody can have it any more.
   */
  async room(bytes: number, stallTime: number): Promise<boolean> {
    for (;;) {
      const needed = this.#slowest();
      this.#window.dropBefore(needed);
      if (!this.isUsed) return false;
      if (this.#window.end - this.#window.start < bytes) return true;
      if (await this.#movesOn(needed, stallTime)) continue;
      // Whoever waits for the end has no end to wait for: it does not fit.
      if (this.#followers.size === 0) return false;
      for (const follower of this.#followers) {
        if (follower.position > needed) continue;
        follower.fail(new Error('The client takes nothing, and others wait for it.'));
        this.left(follower);
      }
    }
  }

  /** False where the slowest takes nothing within so many milliseconds. */
  async #movesOn(from: number, within: number): Promise<boolean> {
    const late = Promise.withResolvers<'late'>();
    const timer = setTimeout(() => {
      late.resolve('late');
    }, within);
    try {
      while (this.#slowest() <= from && this.isUsed) {
        this.#moved = Promise.withResolvers();
        if ((await Promise.race([this.#moved.promise, late.promise])) === 'late') return false;
      }
      return true;
    } finally {
      clearTimeout(timer);
    }
  }

  /** The first byte that somebody wants still; with nobody reading, the first that there is. */
  #slowest(): number {
    let slowest = Infinity;
    for (const { position } of this.#followers) slowest = Math.min(slowest, position);
    return slowest === Infinity ? this.#window.start : slowest;
  }

  #tell(): void {
    for (const follower of this.#followers) follower.look();
  }

  async #closeFile(): Promise<void> {
    if (!this.#isOver || this.#followers.size > 0 || !this.#file) return;
    const file = this.#file;
    this.#file = undefined;
    await file.close();
  }
}
