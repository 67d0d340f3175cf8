import { ANONYMOUS, type Counter, type Identity, type Meter, RegistryError } from '@berth/sdk';
import type { HttpRequest } from '../http/exchange.js';
import type { Authenticated, Authenticator } from './authenticator.js';
import type { ChallengeForms } from './challenges.js';
import type { CredentialCheck } from './credential-check.js';
import type { RememberedCredentials } from './credentials/remembered-credentials.js';
import type { AccessPolicy } from './policy/access-policy.js';
import type { TokenIssuer } from './tokens/issued/token-issuer.js';
import { isRepeated } from './strategies/authorization-header.js';

export interface AuthRegimeParts {
  /** True where nothing is configured: everyone may do everything. */
  readonly isOpen: boolean;
  readonly policy: AccessPolicy;
  /** Asked for at the first login. */
  readonly authenticator: () => Promise<Authenticator>;
  readonly check: CredentialCheck;
  /** Absent where the server gives out no tokens. */
  readonly issuer: TokenIssuer | undefined;
  readonly forms: ChallengeForms;
  readonly remembered: RememberedCredentials;
  readonly meter: Meter;
  /** Absent where users may make none. */
  readonly apiKeys:
    { readonly maxLifetime: number | undefined; readonly isKnown: (user: string) => Promise<boolean> } | undefined;
  /** Whether certificates name users, and whether credentials beside one are all that counts. */
  readonly certificates: 'unused' | 'beside credentials' | 'with credentials';
}

/** As every client writes it: what is right must not fill as many places as there are ways of writing it. */
const PLAIN = /^\w+ \S+$/;

/** What holds between two changes of the configuration: who somebody may be, and what they may do. */
export class AuthRegime {
  readonly isOpen: boolean;
  readonly policy: AccessPolicy;
  readonly check: CredentialCheck;
  readonly forms: ChallengeForms;
  readonly issuer: TokenIssuer | undefined;
  readonly apiKeys: AuthRegimeParts['apiKeys'];
  /** Who a connection's certificate names, for requests without credentials. */
  readonly #holders = new WeakMap<object, Identity>();

  #authenticator: Promise<Authenticator> | undefined;
  #logins: Counter | undefined;

  constructor(private readonly parts: AuthRegimeParts) {
    this.isOpen = parts.isOpen;
    this.policy = parts.policy;
    this.check = parts.check;
    this.forms = parts.forms;
    this.issuer = parts.issuer;
    this.apiKeys = parts.apiKeys;
  }

  /** A client that cannot show who it is need not be asked to. */
  get answersPingToAnyone(): boolean {
    return this.policy.hasAnonymous && !this.forms.basic && !this.forms.bearer;
  }

  /** Who asks, where that was found out a short time ago, or there is nothing to find out. */
  rememberedOf(request: HttpRequest): Identity | undefined {
    const { certificates, remembered } = this.parts;
    const { authorization } = request.headers;
    if (authorization === undefined)
      return certificates === 'unused' ? ANONYMOUS : this.#holders.get(request.raw.socket);
    if (certificates === 'with credentials' || isRepeated(request.raw.rawHeaders)) return undefined;
    return remembered.get(remembered.keyOf(authorization));
  }

  /** @throws RegistryError where nobody can tell now, or too many have failed */
  async authenticate(request: HttpRequest): Promise<Authenticated> {
    const { remembered } = this.parts;
    const { authorization } = request.headers;
    // Taken before the answer is known: a reload in between must not remember what held before it.
    const key = authorization === undefined ? undefined : remembered.keyOf(authorization);
    const authenticator = await this.#opened();
    const result = await this.#counted(() => authenticator.authenticate(request));
    if (result.outcome === 'refused') return result;
    const { identity } = result;
    if (key === undefined) this.#holders.set(request.raw.socket, identity);
    else if (identity.method !== 'mtls' && PLAIN.test(authorization ?? '')) remembered.put(key, identity);
    return result;
  }

  /** Where it cannot be had this once, the next login tries again. */
  #opened(): Promise<Authenticator> {
    return (this.#authenticator ??= this.parts.authenticator().catch((cause: unknown) => {
      this.#authenticator = undefined;
      throw cause;
    }));
  }

  async #counted(authenticate: () => Promise<Authenticated>): Promise<Authenticated> {
    // A server that nobody logs in at has no such number.
    const logins = (this.#logins ??= this.parts.meter.counter({
      name: 'berth_auth_logins_total',
      help: 'Logins that were looked at, which those remembered are not.',
    }));
    try {
      const result = await authenticate();
      const { method } = result.outcome === 'known' ? result.identity : result;
      if (method !== 'anonymous') logins.add({ method, outcome: result.outcome === 'known' ? 'accepted' : 'refused' });
      return result;
    } catch (cause) {
      if (cause instanceof RegistryError) logins.add({ method: 'none', outcome: 'unavailable' });
      throw cause;
    }
  }
}
