import type { Identity } from '@berth/sdk';

/** What a verifier says of a bearer token. */
export type TokenResult =
  | {
      readonly outcome: 'accepted';
      readonly identity: Identity;
      /** Until when that holds, in milliseconds since the epoch. Absent: it is to be asked each time. */
      readonly until?: number;
    }
  /** It is one of ours, or claims to be, and not valid. `reason` is for the log and the challenge, and holds nothing of the token. */
  | { readonly outcome: 'rejected'; readonly reason: string }
  /** It may be valid, and nobody can tell now: the keys cannot be fetched. `reason` as above. */
  | { readonly outcome: 'unavailable'; readonly reason: string }
  /** Somebody else's: the next verifier is asked. */
  | { readonly outcome: 'foreign' };

/** Somebody who knows tokens of one kind. A throw counts as rejected. */
export interface TokenVerifier {
  verify(token: string, signal: AbortSignal): Promise<TokenResult>;
}
