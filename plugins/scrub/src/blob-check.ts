import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { algorithmOf, BlobStore, digestOf, StorageError, type StoredBlob } from '@berth/sdk';
import type { ByteRate } from './byte-rate.js';

/** What is wrong with a stored blob. `unreadable`: the disk refuses, which says nothing of the bytes. */
export type Problem = 'digest' | 'size' | 'missing' | 'unreadable';

export interface Finding {
  readonly problem: Problem;
  /** What was found instead, for people. */
  readonly message: string;
}

export interface CheckOptions {
  readonly rate: ByteRate;
  readonly signal: AbortSignal;
  readonly onBytes: (length: number) => void;
}

/** Reads stored blobs and compares them with what they should be. */
@Injectable()
export class BlobCheck {
  constructor(private readonly blobs: BlobStore) {}

  /** What is wrong, or `undefined`. Damage counts only where a second reading finds it too. */
  async check(blob: StoredBlob, options: CheckOptions): Promise<Finding | undefined> {
    return (await this.#read(blob, options)) && (await this.#read(blob, options));
  }

  async #read(blob: StoredBlob, { rate, signal, onBytes }: CheckOptions): Promise<Finding | undefined> {
    const algorithm = algorithmOf(blob.digest);
    const hash = createHash(algorithm);
    let size = 0;
    try {
      const stream = await this.blobs.readStored(blob, { signal });
      if (!stream) return { problem: 'missing', message: 'its bytes are gone' };
      for await (const piece of stream as AsyncIterable<Buffer>) {
        hash.update(piece);
        size += piece.byteLength;
        onBytes(piece.byteLength);
        await rate.spend(piece.byteLength, signal);
      }
    } catch (cause) {
      signal.throwIfAborted();
      if (!(cause instanceof StorageError)) throw cause;
      return { problem: 'unreadable', message: cause.message };
    }
    // Requests come first, also between blobs of a few bytes.
    await nextTurn();
    if (size !== blob.size) {
      return { problem: 'size', message: `${String(size)} bytes instead of ${String(blob.size)}` };
    }
    const found = digestOf(algorithm, hash.digest('hex'));
    return found === blob.digest ? undefined : { problem: 'digest', message: `it reads as ${found}` };
  }
}
