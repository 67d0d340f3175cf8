import { Strategy } from 'passport';
import { ANONYMOUS } from '@berth/sdk';
import type { StrategyActions, StrategyRequest } from './strategy-request.js';

/** Who shows nothing is nobody known. Credentials that are wrong do not make somebody anonymous. */
export class AnonymousStrategy extends Strategy {
  override authenticate(request: unknown): void {
    const { authorization } = request as StrategyRequest;
    const actions = this as unknown as StrategyActions;
    if (authorization.scheme === 'none') actions.success(ANONYMOUS);
    else actions.fail(authorization.scheme === 'malformed' ? authorization.reason : 'credentials were refused');
  }
}
