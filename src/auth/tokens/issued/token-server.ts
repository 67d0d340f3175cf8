import type { TokenIssuer } from './token-issuer.js';

/** The token server of this registry, as it is configured now. */
export abstract class TokenServer {
  /** `undefined` while it is off: no tokens are configured, or somebody else issues them. */
  abstract get issuer(): TokenIssuer | undefined;
}
