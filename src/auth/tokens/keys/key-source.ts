import type { KeyObject } from 'node:crypto';

/** What the header of a token says of the key it was signed with. */
export interface KeyHint {
  readonly alg: string;
  readonly kid: string | undefined;
}

export type KeySearch =
  /** Public keys that fit the algorithm; one of them may be it. */
  | { readonly outcome: 'found'; readonly keys: readonly KeyObject[] }
  | { readonly outcome: 'unknown' }
  /** The keys cannot be fetched now. `reason` holds no secret. */
  | { readonly outcome: 'unavailable'; readonly reason: string };

/** Who has the keys of somebody that signs tokens. */
export interface KeySource {
  find(hint: KeyHint): Promise<KeySearch>;
  close(): void;
}
