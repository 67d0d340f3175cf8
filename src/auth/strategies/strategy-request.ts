import type { Identity } from '@berth/sdk';
import type { HttpRequest } from '../../http/exchange.js';
import type { Authorization } from './authorization-header.js';

/** What the strategies are asked with: Passport writes on what it is given, so it is not given the request itself. */
export interface StrategyRequest {
  readonly headers: { readonly authorization?: string | undefined };
  readonly authorization: Authorization;
  readonly http: HttpRequest;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
}

/** What a strategy of Passport may do with its `this`. */
export interface StrategyActions {
  success(identity: Identity): void;
  fail(reason: string): void;
  error(cause: unknown): void;
}
