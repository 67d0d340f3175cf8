import passport from 'passport';
import type { Identity } from '@berth/sdk';
import type { HttpRequest } from '../http/exchange.js';
import { contextOf } from '../http/request-context.js';
import type { CertificateMismatch } from './strategies/mutual-tls/mtls.config.js';
import { type Authorization, parseAuthorization } from './strategies/authorization-header.js';
import type { StrategyRequest } from './strategies/strategy-request.js';

export type StrategyName = 'mtls' | 'bearer' | 'basic' | 'anonymous';

/** Who asks, or why nobody is believed to. */
export type Authenticated =
  | { readonly outcome: 'known'; readonly identity: Identity }
  | {
      readonly outcome: 'refused';
      readonly method: StrategyName | 'none';
      readonly user?: string;
      readonly reason: string;
    };

export interface AuthenticatorOptions {
  readonly strategies: ReadonlyMap<StrategyName, passport.Strategy>;
  /** What counts where a certificate and credentials name two. */
  readonly onMismatch: CertificateMismatch;
}

/**
 * Asks the strategies of Passport in turn. The Passport is one of its own: the one that the package shares would be the same for two
 * servers in a process, and for plugins that use it.
 */
export class Authenticator {
  readonly #passport = new passport.Passport();

  constructor(private readonly options: AuthenticatorOptions) {
    for (const [name, strategy] of options.strategies) this.#passport.use(name, strategy);
  }

  /** @throws RegistryError where nobody can tell now, or too many have failed */
  async authenticate(http: HttpRequest): Promise<Authenticated> {
    const authorization = parseAuthorization(http.headers.authorization, http.raw.rawHeaders);
    const { signal } = contextOf(http);
    const request: StrategyRequest = { headers: {}, authorization, http, signal };
    const offered = this.options.strategies.has('mtls') ? await this.#ask(['mtls'], request) : undefined;
    const holder = typeof offered === 'object' ? offered : undefined;
    if (authorization.scheme === 'none') {
      const identity = holder ?? (await this.#ask(['anonymous'], request));
      return typeof identity === 'object' ? known(identity) : refusal(authorization, identity);
    }
    if (holder && this.options.onMismatch === 'certificate') return known(holder);
    // Should the client go away before it is found out, or too many have failed.
    if (authorization.scheme === 'basic')
      http.facts.login = { method: 'basic', user: authorization.credentials.user, reason: 'no answer was given' };
    const shown = await this.#ask(['bearer', 'basic'], request);
    http.facts.login = undefined;
    if (typeof shown !== 'object') return refusal(authorization, shown);
    const isOther = holder !== undefined && shown.user !== undefined && shown.user !== holder.user;
    if (isOther && this.options.onMismatch === 'refuse')
      return refusal(authorization, 'the certificate and the credentials name two');
    return known(shown);
  }

  /** Who the first strategy that knows somebody knows, or why none does. */
  #ask(names: readonly StrategyName[], request: StrategyRequest): Promise<Identity | string> {
    const asked = names.filter((name) => this.options.strategies.has(name));
    if (asked.length === 0) return Promise.resolve('this way of authentication is not configured');
    return new Promise((resolve, reject) => {
      const done = (cause: unknown, identity: Identity | false, reasons: readonly string[] = []): void => {
        // Whatever a strategy rejects with is handed on as it is.
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        if (cause) reject(cause);
        else resolve(identity === false ? reasonOf(request.authorization, asked, reasons) : identity);
      };
      const ask = this.#passport.authenticate([...asked], { session: false }, done) as (
        request: object,
        response: object,
        next: (cause?: unknown) => void,
      ) => void;
      // Passport writes on the request it is given.
      ask({ ...request }, {}, reject);
    });
  }
}

function known(identity: Identity): Authenticated {
  return { outcome: 'known', identity };
}

function refusal(authorization: Authorization, reason: string): Authenticated {
  switch (authorization.scheme) {
    case 'basic':
      return { outcome: 'refused', method: 'basic', user: authorization.credentials.user, reason };
    case 'bearer':
      return { outcome: 'refused', method: 'bearer', reason };
    case 'malformed':
      return { outcome: 'refused', method: 'none', reason: authorization.reason };
    case 'none':
      return { outcome: 'refused', method: 'anonymous', reason };
  }
}

/** The reason of the strategy that the request is for. That of Basic is a challenge, which tells nothing. */
function reasonOf({ scheme }: Authorization, asked: readonly StrategyName[], reasons: readonly string[]): string {
  if (scheme === 'basic') return 'user and password do not go together';
  const at = asked.findIndex((name) => name === scheme);
  return reasons[Math.max(at, 0)] ?? 'refused';
}
