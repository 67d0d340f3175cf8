import type { Clock, Identity } from '@berth/sdk';
import type { KeySource } from '../keys/key-source.js';
import type { TokenCheck } from '../token-check.js';
import type { TokenResult, TokenVerifier } from '../token-verifier.js';
import { readAccessClaims } from './access-claims.js';

export interface ForeignTokensParts {
  readonly check: TokenCheck;
  readonly keys: KeySource;
  /** Whom the tokens are for. */
  readonly service: string;
  readonly clock: Clock;
}

/**
 * The tokens of somebody else's token server, which knows who may do what: what a token grants is all that counts, as in zot. Its
 * issuer may be called anything: whoever holds the key is it.
 */
export class ForeignTokens implements TokenVerifier {
  constructor(private readonly parts: ForeignTokensParts) {}

  async verify(token: string): Promise<TokenResult> {
    const { check, keys, service, clock } = this.parts;
    const checked = await check.check(token, { keys, audiences: [service] });
    if (checked.outcome !== 'valid') return { outcome: checked.outcome, reason: checked.reason };
    const { claims } = checked;
    const { grants, catalog, until } = readAccessClaims(claims['access'], clock.now());
    const identity: Identity = {
      user: typeof claims.sub === 'string' && claims.sub !== '' ? claims.sub : undefined,
      groups: [],
      method: 'bearer',
      limits: grants,
      isGrantedElsewhere: true,
      ...(catalog && { mayListCatalog: true as const }),
      claims,
    };
    return { outcome: 'accepted', identity, until: Math.min(checked.until, until) };
  }
}
