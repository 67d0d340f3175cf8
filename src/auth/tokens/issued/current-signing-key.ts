import type { KeyHint, KeySearch, KeySource } from '../keys/key-source.js';
import type { SigningKey } from './signing-key.js';

/**
 * The key that tokens are signed with now. What another has signed is not valid any more: whoever replaces a key may do so because
 * somebody else has it, and clients fetch new tokens by themselves.
 */
export class CurrentSigningKey implements KeySource {
  constructor(
    private key: SigningKey,
    private readonly stop: () => void = () => undefined,
  ) {}

  get current(): SigningKey {
    return this.key;
  }

  replace(key: SigningKey): void {
    this.key = key;
  }

  find({ alg, kid }: KeyHint): Promise<KeySearch> {
    const { key } = this;
    const isIt = key.kid === kid && key.alg === alg;
    return Promise.resolve(isIt ? { outcome: 'found', keys: [key.publicKey] } : { outcome: 'unknown' });
  }

  close(): void {
    this.stop();
  }
}
