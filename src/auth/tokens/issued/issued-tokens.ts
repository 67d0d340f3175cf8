import type { TokenCheck } from '../token-check.js';
import type { TokenResult, TokenVerifier } from '../token-verifier.js';
import { claimedIssuerOf } from '../unverified-token.js';
import { readIssuedClaims } from './issued-claims.js';
import type { CurrentSigningKey } from './current-signing-key.js';

/** The tokens that this registry has issued. */
export class IssuedTokens implements TokenVerifier {
  constructor(
    private readonly check: TokenCheck,
    private readonly keys: CurrentSigningKey,
    private readonly service: string,
  ) {}

  async verify(token: string): Promise<TokenResult> {
    if (claimedIssuerOf(token) !== this.service) return { outcome: 'foreign' };
    const checked = await this.check.check(token, {
      keys: this.keys,
      audiences: [this.service],
      issuer: this.service,
    });
    if (checked.outcome !== 'valid') return { outcome: checked.outcome, reason: checked.reason };
    return { outcome: 'accepted', identity: readIssuedClaims(checked.claims), until: checked.until };
  }
}
