import type { PasswordHash } from './password-hash.js';

/** Somebody who computes hashes of passwords. */
export interface PasswordVerifier {
  /**
   * Whether `hash` is that of `password`. Hashes that are different objects are waited for in different lines.
   *
   * @throws the signal's reason once it is aborted; an error where it cannot be told now
   */
  verify(password: string, hash: PasswordHash, signal: AbortSignal): Promise<boolean>;
}
