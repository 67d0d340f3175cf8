import { parseChallenges, type Challenge } from './challenge.js';
import { basicOf, type Login } from './login.js';
import type { TokenRealm, TokenService } from './token-service.js';

export interface KnowsLogins {
  loginFor(host: string): Promise<Login | undefined>;
}

type Scheme = { readonly kind: 'basic' } | ({ readonly kind: 'bearer' } & TokenRealm);

/** How one host wants to be told who we are: what it asked for last, so that the next request says it at once. */
export class Authorization {
  #scheme: Scheme | undefined;

  constructor(
    private readonly origin: URL,
    private readonly logins: KnowsLogins,
    private readonly tokens: TokenService,
  ) {}

  /** The value of `Authorization` for what needs `scope`; `undefined`: none is wanted yet, or we have none. */
  async headerFor(scope: string): Promise<string | undefined> {
    if (this.#scheme === undefined) return undefined;
    const login = await this.logins.loginFor(this.origin.host);
    if (login?.kind === 'bearer') return `Bearer ${login.token}`;
    if (this.#scheme.kind === 'basic') return login?.kind === 'password' ? basicOf(login) : undefined;
    const { realm, service } = this.#scheme;
    return `Bearer ${await this.tokens.tokenFor({ realm, service, scope, login })}`;
  }

  /**
   * What to say after a 401 that came with `challenge` to a request that had said `sent`; `undefined` where we have nothing else to say.
   * The scope that counts is that of the challenge, where it names one.
   */
  async answer(
    challenge: string | readonly string[] | undefined,
    scope: string,
    sent: string | undefined,
  ): Promise<string | undefined> {
    const challenges = parseChallenges(challenge);
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
    const realm = bearer && this.#realmOf(bearer);
    if (realm) {
      this.#scheme = { kind: 'bearer', ...realm };
      if (sent?.startsWith('Bearer ')) this.tokens.forget(sent.slice('Bearer '.length));
    } else if (challenges.some(({ scheme }) => scheme === 'basic')) {
      this.#scheme = { kind: 'basic' };
    } else {
      return undefined;
    }
    const header = await this.headerFor(bearer?.parameters.get('scope') ?? scope);
    return header === sent ? undefined : header;
  }

  /** Passwords of an upstream that is asked by TLS are said to nobody without it. */
  #realmOf({ parameters }: Challenge): TokenRealm | undefined {
    const text = parameters.get('realm') ?? '';
    const realm = URL.canParse(text) ? new URL(text) : undefined;
    const isWeb = realm?.protocol === 'https:' || (realm?.protocol === 'http:' && this.origin.protocol === 'http:');
    return realm && isWeb ? { realm, service: parameters.get('service') } : undefined;
  }
}
