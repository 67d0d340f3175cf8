import { Strategy } from 'passport';
import { RegistryError } from '@berth/sdk';
import type { TokenVerifier } from '../tokens/token-verifier.js';
import type { StrategyActions, StrategyRequest } from './strategy-request.js';

/** Bearer tokens. RFC 6750 */
export class BearerStrategy extends Strategy {
  constructor(private readonly tokens: TokenVerifier) {
    super();
  }

  override authenticate(request: unknown): void {
    const { authorization, signal } = request as StrategyRequest;
    const actions = this as unknown as StrategyActions;
    if (authorization.scheme !== 'bearer') {
      actions.fail('no Bearer token');
      return;
    }
    // `this` is an object made for this one request, which holds nothing private.
    verifyToken(this.tokens, authorization.token, signal, actions).catch((cause: unknown) => {
      actions.error(cause);
    });
  }
}

async function verifyToken(
  tokens: TokenVerifier,
  token: string,
  signal: AbortSignal,
  actions: StrategyActions,
): Promise<void> {
  const result = await tokens.verify(token, signal);
  switch (result.outcome) {
    case 'accepted':
      actions.success(result.identity);
      return;
    case 'rejected':
      actions.fail(`the token is not valid: ${result.reason}`);
      return;
    case 'foreign':
      actions.fail('the token is of nobody this server trusts');
      return;
    case 'unavailable':
      throw new RegistryError('UNAVAILABLE', {
        message: 'the token cannot be verified now',
        headers: { 'Retry-After': '5' },
      });
  }
}
