import type { TokenResult, TokenVerifier } from './token-verifier.js';

/** Whether an API key still is one. */
export interface KeysAlive {
  isAlive(id: string): Promise<boolean>;
}

/** Tokens that were got with an API key end with the key. */
export class KeyedTokens implements TokenVerifier {
  /** `keys`: absent where there are none any more. */
  constructor(
    private readonly tokens: TokenVerifier,
    private readonly keys: KeysAlive | undefined,
  ) {}

  async verify(token: string, signal: AbortSignal): Promise<TokenResult> {
    const result = await this.tokens.verify(token, signal);
    const key = result.outcome === 'accepted' ? result.identity.credentialId : undefined;
    if (key === undefined || (await this.keys?.isAlive(key))) return result;
    return { outcome: 'rejected', reason: 'the API key that it was got with is revoked' };
  }
}
