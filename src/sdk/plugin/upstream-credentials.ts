/** How to log in at an upstream: a user with a password, or a token that is sent as it is. */
export type UpstreamLogin =
  | { readonly kind: 'basic'; readonly user: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string };

export interface UpstreamLoginAnswer {
  /** `undefined`: ask without credentials. */
  readonly login: UpstreamLogin | undefined;
  /** Milliseconds since the epoch after which it has to be asked again; absent: it does not run out. */
  readonly expiresAt?: number;
}

/** Gets credentials for an upstream by a way of its own, such as a cloud's token service. */
export interface UpstreamCredentials {
  /**
   * `host`: the upstream's, with its port where it is not the scheme's. `section`: what the configuration of that upstream has for this
   * helper. Rejects where it cannot get any.
   */
  loginFor(host: string, section: unknown, signal: AbortSignal): Promise<UpstreamLoginAnswer>;
}
