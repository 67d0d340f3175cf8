import { type Cipheriv, createCipheriv, createHash } from 'node:crypto';

/** Numbers and bytes that depend on the seed alone. A cipher's key stream, because layers are made of megabytes of it. */
export class SeededRandom {
  private readonly keyStream: Cipheriv;

  /** `seed`: any integer; `purpose` sets streams of the same seed apart. */
  constructor(
    readonly seed: number,
    purpose = '',
  ) {
    const key = createHash('sha256')
      .update(`${String(seed)} ${purpose}`)
      .digest();
    this.keyStream = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  }

  /** The next `length` bytes. */
  bytes(length: number): Buffer {
    return this.keyStream.update(Buffer.alloc(length));
  }

  /** An integer from `least` to `most`, both included; they may lie at most 2^32 apart. */
  integer(least: number, most: number): number {
    const fraction = this.bytes(4).readUInt32LE() / 2 ** 32;
    return least + Math.floor(fraction * (most - least + 1));
  }

  /** One of `choices`, which must not be empty. */
  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.integer(0, choices.length - 1)] ?? choices[0];
  }
}

/** A seed that nobody chose, of 32 bits, so that it is short enough to be typed again. */
export function anySeed(): number {
  return Math.floor(Math.random() * 2 ** 32);
}
