import { isSection, type Clock } from '@berth/sdk';
import { type Dispatcher, request } from 'undici';
import { Deadline } from './deadline.js';
import { basicOf, type Login } from './login.js';
import { readBody } from './read-body.js';
import { secondsOfRetryAfter } from './retry-after.js';
import { UpstreamTrouble } from './upstream-trouble.js';

/** What an upstream's challenge says of where tokens are. */
export interface TokenRealm {
  readonly realm: URL;
  readonly service: string | undefined;
}

export interface TokenWish extends TokenRealm {
  readonly scope: string;
  readonly login: Login | undefined;
}

interface Kept {
  readonly token: string;
  readonly login: Login | undefined;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

const MOST_BYTES = 1_048_576;
/** Seconds that a token holds which does not say how long. */
const DEFAULT_LIFE = 60;
const MOST_KEPT = 1000;

/** Tokens of one upstream, kept by their scope until shortly before they run out. Many who want one at once ask once. */
export class TokenService {
  readonly #kept = new Map<string, Kept>();
  readonly #asked = new Map<string, Promise<string>>();

  constructor(
    private readonly upstream: string,
    private readonly dispatcher: Dispatcher,
    private readonly timeout: number,
    private readonly clock: Clock,
  ) {}

  /** @throws UpstreamTrouble where there is none to be had */
  async tokenFor(wish: TokenWish): Promise<string> {
    const key = keyOf(wish);
    const kept = this.#kept.get(key);
    if (kept && kept.until > this.clock.now() && isSameLogin(kept.login, wish.login)) return kept.token;
    let asked = this.#asked.get(key);
    if (!asked) {
      asked = this.#fetch(wish).finally(() => this.#asked.delete(key));
      this.#asked.set(key, asked);
    }
    return asked;
  }

  /** The upstream did not take it. */
  forget(token: string): void {
    for (const [key, kept] of this.#kept) if (kept.token === token) this.#kept.delete(key);
  }

  async #fetch(wish: TokenWish): Promise<string> {
    using deadline = new Deadline(this.timeout);
    let document;
    try {
      document = await this.#ask(wish, deadline.signal);
    } catch (cause) {
      if (cause instanceof UpstreamTrouble) throw cause;
      throw this.#trouble(
        `its token service at ${wish.realm.host} does not answer`,
        deadline.signal.aborted ? 504 : 502,
        cause,
      );
    }
    const { token, access_token: accessToken, expires_in: expiresIn } = document;
    const given = typeof token === 'string' && token !== '' ? token : accessToken;
    if (typeof given !== 'string' || given === '' || /[^\x21-\x7e]/.test(given)) {
      throw this.#trouble(`its token service at ${wish.realm.host} gives no token`);
    }
    const life = typeof expiresIn === 'number' && expiresIn > 0 ? expiresIn : DEFAULT_LIFE;
    this.#keep(keyOf(wish), { token: given, login: wish.login, until: this.clock.now() + life * 900 });
    return given;
  }

  async #ask(wish: TokenWish, signal: AbortSignal): Promise<Readonly<Record<string, unknown>>> {
    const { realm, service, scope, login } = wish;
    const parameters = new URLSearchParams({ ...(service !== undefined && { service }), scope });
    const response =
      login?.kind === 'identity'
        ? await this.#post(realm, parameters, login.token, signal)
        : await this.#get(realm, parameters, login, signal);
    const { statusCode, headers, body } = response;
    const bytes = await readBody(body, MOST_BYTES, signal);
    if (statusCode !== 200) {
      const retryAfter = secondsOfRetryAfter(headers['retry-after'], this.clock.now());
      const reason = `its token service at ${realm.host} answers ${statusCode}`;
      throw new UpstreamTrouble(this.upstream, reason, { status: statusOf(statusCode), retryAfter });
    }
    const document: unknown = bytes && JSON.parse(bytes.toString('utf8'));
    return isSection(document) ? document : {};
  }

  #get(realm: URL, parameters: URLSearchParams, login: Login | undefined, signal: AbortSignal) {
    const url = new URL(realm);
    for (const [name, value] of parameters) url.searchParams.append(name, value);
    const authorization = login?.kind === 'password' ? { authorization: basicOf(login) } : {};
    return request(url, {
      dispatcher: this.dispatcher,
      signal,
      headers: { accept: 'application/json', ...authorization },
    });
  }

  #post(realm: URL, parameters: URLSearchParams, token: string, signal: AbortSignal) {
    parameters.set('grant_type', 'refresh_token');
    parameters.set('refresh_token', token);
    parameters.set('client_id', 'berth');
    return request(realm, {
      dispatcher: this.dispatcher,
      method: 'POST',
      signal,
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: parameters.toString(),
    });
  }

  #keep(key: string, kept: Kept): void {
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }

  #trouble(message: string, status = 502, cause?: unknown): UpstreamTrouble {
    return new UpstreamTrouble(this.upstream, message, { status, cause });
  }
}

function keyOf({ realm, service, scope, login }: TokenWish): string {
  const who = login?.kind === 'password' ? login.user : login?.kind;
  return JSON.stringify([realm.href, service, scope, who]);
}

function isSameLogin(one: Login | undefined, other: Login | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** What it says of us is what the upstream says; of what ails it only that something does. */
function statusOf(status: number): number {
  return status === 401 || status === 403 || status === 429 ? status : 502;
}
