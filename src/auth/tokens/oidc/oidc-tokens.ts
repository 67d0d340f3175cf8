import type { TokenResult, TokenVerifier } from '../token-verifier.js';
import { claimedIssuerOf } from '../unverified-token.js';
import type { OidcIssuer } from './oidc-issuer.js';

/** Tokens that say who a workload is, of any of several issuers. Whom a token claims to be from chooses whose keys it is held against. */
export class OidcTokens implements TokenVerifier {
  constructor(private readonly issuers: readonly OidcIssuer[]) {}

  async verify(token: string): Promise<TokenResult> {
    const claimed = claimedIssuerOf(token);
    let result: TokenResult = { outcome: 'foreign' };
    // The same issuer may stand there for several audiences.
    for (const issuer of this.issuers.filter((candidate) => candidate.takes(claimed))) {
      const answer = await issuer.verify(token);
      if (answer.outcome === 'accepted') return answer;
      if (issuer.names(claimed)) result = result.outcome === 'unavailable' ? result : answer;
    }
    return result;
  }
}
