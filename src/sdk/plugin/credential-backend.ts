export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** What a backend says of a user and a password. */
export type CredentialResult =
  | { readonly outcome: 'accepted'; readonly user: string; readonly groups: readonly string[] }
  /** The user is known, the password wrong. No other backend is asked. */
  | { readonly outcome: 'rejected' }
  | { readonly outcome: 'unknownUser' }
  /** It cannot tell now. `reason` is for the log and holds no secret. */
  | { readonly outcome: 'unavailable'; readonly reason: string };

/** What a backend says of a user it was given no password of. */
export type LookupResult =
  | { readonly outcome: 'found'; readonly user: string; readonly groups: readonly string[] }
  | { readonly outcome: 'unknownUser' }
  | { readonly outcome: 'unavailable'; readonly reason: string };

/** Somebody who knows who users are. A throw counts as unavailable. */
export interface CredentialBackend {
  verify(credentials: Credentials, signal: AbortSignal): Promise<CredentialResult>;
  /** Whether the user is still there, and in which groups: what an API key is good for ends with its owner. Absent: it cannot tell. */
  lookup?(user: string, signal: AbortSignal): Promise<LookupResult>;
}
