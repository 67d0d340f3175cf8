import { setTimeout as delay } from 'node:timers/promises';
import type { Digest, FoundBlob, SourceResult } from '@berth/sdk';
import { releaseBytes } from '../release-bytes.js';
import { UpstreamUnavailable } from '../upstream-unavailable.js';
import type { Digesting } from './digesting.js';
import type { FillLimits } from './fill-limits.js';
import { WITHHELD_BYTES } from './growing-blob.js';
import { SourceStream } from './source-stream.js';
import { WrongBlob } from './wrong-blob.js';

export interface UpstreamBytesOptions {
  readonly digest: Digest;
  /** Asks the sources for the blob from a byte on. */
  readonly ask: (offset: number) => Promise<SourceResult<FoundBlob>>;
  /** Of the bytes that are there already. */
  readonly hash: Digesting;
  /** How many these are. */
  readonly offset: number;
  readonly limits: FillLimits;
  readonly signal: AbortSignal;
  /** Told of each transfer that broke off. */
  readonly onBroken: (upstream: string, cause: unknown) => void;
  /** Told of each piece, by who sent it. */
  readonly onBytes: (upstream: string, length: number) => void;
  /** Told once, of the first byte. */
  readonly onFirstByte: (upstream: string) => void;
}

/** The stream ended before the size that its source said. */
class EarlyEnd extends Error {}

/** The bytes of a blob as sources give them, in order and verified, over as many transfers as it takes. */
export class UpstreamBytes {
  size: number | undefined;
  upstream = '';
  #received: number;
  readonly #first: number;
  #stream: SourceStream | undefined;
  #failure: Error | undefined;
  /** Attempts since a byte came, and in all. */
  #attempts = 0;
  #allAttempts = 0;
  #areHandedOver = true;

  constructor(private readonly options: UpstreamBytesOptions) {
    this.#received = this.#first = options.offset;
  }

  /** Bytes, with those that were there. */
  get received(): number {
    return this.#received;
  }

  /** Whether what was there from the beginning is all of it. */
  get isComplete(): boolean {
    return this.#received > 0 && this.options.hash.digest() === this.options.digest;
  }

  /** Asks nobody: `upstream` has given all of it before. */
  assumeWhole(upstream: string): void {
    this.upstream = upstream;
    this.size = this.#received;
  }

  /** True once somebody has said to have it. */
  get isBegun(): boolean {
    return this.upstream !== '';
  }

  /** Asks. False where nobody has it, UpstreamUnavailable where somebody may. */
  async begin(): Promise<boolean> {
    const result = await this.options.ask(this.#received);
    if (result.outcome === 'unavailable') throw new UpstreamUnavailable(result);
    if (result.outcome !== 'found') return false;
    this.upstream = result.found.upstream;
    const fault = this.#adopt(result.found);
    if (fault) throw this.#failed(fault);
    return true;
  }

  /** The next bytes, where they are here already. */
  take(): Uint8Array | undefined {
    if (this.#failure || this.#received === this.size) return undefined;
    const piece = this.#stream?.take();
    return piece && this.#take(piece);
  }

  /**
   * The next bytes; `undefined` once all have come and are right. WrongBlob where they are not, UpstreamUnavailable where the transfer
   * broke off for good. Not called again before it settles.
   */
  async next(): Promise<Uint8Array | undefined> {
    if (this.#failure) throw this.#failure;
    try {
      return await this.#next();
    } catch (cause) {
      this.#failure = cause instanceof Error ? cause : new Error(String(cause));
      this.close();
      throw cause;
    }
  }

  /** Takes back a piece that nobody needs any more. */
  release(bytes: Uint8Array): void {
    if (this.#areHandedOver) releaseBytes(bytes);
  }

  close(): void {
    this.#stream?.close();
  }

  async #next(): Promise<Uint8Array | undefined> {
    for (;;) {
      if (this.#received === this.size) {
        this.#finish();
        return undefined;
      }
      let fault: unknown;
      try {
        const piece = await this.#stream?.next();
        if (piece) return this.#take(piece);
        fault = this.#ended();
        if (fault === undefined) return undefined;
      } catch (cause) {
        if (this.options.signal.aborted || cause instanceof WrongBlob) throw cause;
        fault = cause;
      }
      await this.#resume(fault);
    }
  }

  #take(piece: Uint8Array): Uint8Array {
    if (this.#received === this.#first) this.options.onFirstByte(this.upstream);
    // What lies behind the end that the source told is not read: by the digest it is right without it, or wrong.
    const bytes = piece.subarray(0, this.size === undefined ? undefined : this.size - this.#received);
    this.#received += bytes.byteLength;
    this.#attempts = 0;
    this.options.hash.update(bytes);
    return bytes;
  }

  #finish(): void {
    const found = this.options.hash.digest();
    if (found !== this.options.digest) throw this.#wrong(`reads as ${found}`);
    this.#stream?.finish();
  }

  /** `undefined` where the end is the end of the blob. */
  #ended(): Error | undefined {
    if (this.size === undefined) {
      this.#finish();
      return undefined;
    }
    if (this.options.hash.digest() === this.options.digest) throw this.#wrong('is shorter than its source said');
    return new EarlyEnd(`The source ended after ${String(this.#received)} of ${String(this.size)} bytes.`);
  }

  /** Without a byte in between. Nobody has got one of a blob that is withheld to its end, and may rather go elsewhere than wait. */
  get #mostAttempts(): number {
    const isWithheld = this.size === undefined || this.size <= WITHHELD_BYTES;
    return isWithheld ? 1 : this.options.limits.retryDelays.length;
  }

  /** Goes on where the transfer broke off. */
  async #resume(cause: unknown): Promise<void> {
    const { limits, signal, onBroken, ask } = this.options;
    for (let fault = cause; ;) {
      this.close();
      onBroken(this.upstream, fault);
      const pause = this.#attempts < this.#mostAttempts ? limits.retryDelays[this.#attempts] : undefined;
      // Before the first byte nobody has been answered: whoever asked had better be told at once.
      const isUnanswered = this.#received === this.#first;
      if (isUnanswered || pause === undefined || this.#allAttempts >= limits.retries) throw this.#failed(fault);
      this.#attempts += 1;
      this.#allAttempts += 1;
      await delay(pause, undefined, { signal });
      const result = await ask(this.#received);
      signal.throwIfAborted();
      if (result.outcome === 'absent') throw this.#failed(fault);
      if (result.outcome !== 'found') {
        fault = new Error('The source could not go on.', { cause: result });
        continue;
      }
      fault = this.#adopt(result.found);
      if (fault === undefined) return;
    }
  }

  /** Reads on from what was found; gives what is wrong with it. */
  #adopt({ stream, size, upstream, offset = 0, isHandedOver = false }: FoundBlob): Error | undefined {
    const { limits, signal } = this.options;
    this.#areHandedOver &&= isHandedOver;
    const skip = this.#received - offset;
    const onBytes = (length: number): void => {
      this.options.onBytes(upstream, length);
    };
    this.#stream = new SourceStream(stream, { skip, idleTimeout: limits.idleTimeout, signal, onBytes });
    if (skip < 0) return new Error(`The source begins with byte ${String(offset)}, not ${String(this.#received)}.`);
    if (this.size !== undefined && size !== undefined && size !== this.size) {
      return new Error(`The source says ${String(size)} bytes, and said ${String(this.size)} before.`);
    }
    this.size ??= size;
    return undefined;
  }

  #wrong(fault: string): WrongBlob {
    return new WrongBlob(this.upstream, this.options.digest, fault);
  }

  #failed(fault: unknown): UpstreamUnavailable {
    this.close();
    if (fault instanceof EarlyEnd) return this.#wrong('is shorter than its source said');
    const isSilent = fault instanceof DOMException && fault.name === 'TimeoutError';
    return new UpstreamUnavailable({ upstream: this.upstream, status: isSilent ? 504 : 502 }, fault);
  }
}
