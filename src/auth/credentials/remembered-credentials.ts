import { hash, randomBytes } from 'node:crypto';
import type { Clock, Identity } from '@berth/sdk';
import { LRUCache } from 'lru-cache';

/** How many credentials are remembered at once: those of a large cluster's robots, and no more for whoever tries many. */
const REMEMBERED = 10_000;

/** What may be withdrawn on its own, a key or a token, is good for no longer than this afterwards. Milliseconds. */
const WITHDRAWN_WITHIN = 3000;

interface Remembered {
  readonly identity: Identity;
  /** Of the clock, in milliseconds. */
  readonly until: number;
}

/**
 * Credentials that were right a short time ago, so that a hash or a directory is not paid for per request. Only a keyed hash of them is
 * held, and the key lives no longer than what it was used for.
 */
export class RememberedCredentials {
  #keys = newKeys();
  readonly #passwords = new LRUCache<string, Remembered>({ max: REMEMBERED });
  /** Apart, since anybody may have as many tokens as they like, nobody known too, and must not push out what was paid for with a hash. */
  readonly #withdrawable = new LRUCache<string, Remembered>({ max: REMEMBERED });
  /** Of those who were found by a password: it may come in several ways, the last of which counts no longer than the first. */
  readonly #ends = new WeakMap<Identity, number>();

  constructor(
    private readonly clock: Clock,
    /** How long, in milliseconds; 0: not at all. */
    private readonly lifetime: number,
  ) {}

  /**
   * The name under which `credential` is remembered: changes with every `forget`. Two plain hashes with a key each, as HMAC is built (RFC
   * 2104): Node's own HMAC takes 40 microseconds, which a request that is remembered would pay.
   */
  keyOf(credential: string): string {
    const { inner, outer } = this.#keys;
    return hash('sha256', outer + hash('sha256', inner + credential, 'hex'), 'hex');
  }

  get(key: string): Identity | undefined {
    const found = this.#passwords.get(key) ?? this.#withdrawable.get(key);
    if (!found) return undefined;
    if (found.until > this.clock.now()) return found.identity;
    this.#placeOf(found.identity).delete(key);
    return undefined;
  }

  put(key: string, identity: Identity): void {
    const now = this.clock.now();
    const until = this.#ends.get(identity) ?? now + Math.min(this.lifetime, this.#lifetimeOf(identity));
    if (identity.method === 'basic' || identity.method === 'apiKey') this.#ends.set(identity, until);
    if (until > now) this.#placeOf(identity).set(key, { identity, until });
  }

  /** What was found out before counts no more, nor what is being found out now. */
  forget(): void {
    this.#keys = newKeys();
    this.#passwords.clear();
    this.#withdrawable.clear();
  }

  #placeOf({ method }: Identity): LRUCache<string, Remembered> {
    return method === 'basic' ? this.#passwords : this.#withdrawable;
  }

  /** A token ends when it says. RFC 7519 section 4.1.4 */
  #lifetimeOf({ method, claims }: Identity): number {
    const end = claims?.['exp'];
    const left = typeof end === 'number' ? end * 1000 - this.clock.now() : Infinity;
    return method === 'basic' ? left : Math.min(left, WITHDRAWN_WITHIN);
  }
}

function newKeys(): { readonly inner: string; readonly outer: string } {
  return { inner: randomBytes(32).toString('hex'), outer: randomBytes(32).toString('hex') };
}
