import { createHash, type Hash } from 'node:crypto';
import { type Digest, type DigestAlgorithm, digestOf } from '@berth/sdk';

/** The digest of bytes that are fed to it in order. */
export class Digesting {
  readonly #hash: Hash;

  constructor(readonly algorithm: DigestAlgorithm) {
    this.#hash = createHash(algorithm);
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  /** Of all that was fed so far; more may follow. */
  digest(): Digest {
    return digestOf(this.algorithm, this.#hash.copy().digest('hex'));
  }
}

/** The digest of bytes that are all here. */
export function digestBytes(algorithm: DigestAlgorithm, bytes: Uint8Array): Digest {
  return digestOf(algorithm, createHash(algorithm).update(bytes).digest('hex'));
}
