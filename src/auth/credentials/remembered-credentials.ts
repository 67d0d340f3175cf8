import { createHmac, randomBytes } from 'node:crypto';
import type { Clock, Identity } from '@berth/sdk';
import { LRUCache } from 'lru-cache';

/** How many credentials are remembered at once: those of a large cluster's robots, and no more for whoever tries many. */
const REMEMBERED = 10_000;

/** A key that an administrator revokes is good for no longer than this, in milliseconds. */
const KEY_REMEMBERED_FOR = 3000;

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
  #key = randomBytes(32);
  readonly #remembered = new LRUCache<string, Remembered>({ max: REMEMBERED });

  constructor(
    private readonly clock: Clock,
    /** How long, in milliseconds; 0: not at all. */
    private readonly lifetime: number,
  ) {}

  /** The name under which `credential` is remembered: changes with every `forget`. */
  keyOf(credential: string): string {
    return createHmac('sha256', this.#key).update(credential).digest('base64');
  }

  get(key: string): Identity | undefined {
    const found = this.#remembered.get(key);
    if (!found) return undefined;
    if (found.until > this.clock.now()) return found.identity;
    this.#remembered.delete(key);
    return undefined;
  }

  put(key: string, identity: Identity): void {
    const lifetime = Math.min(this.lifetime, this.#lifetimeOf(identity));
    if (lifetime > 0) this.#remembered.set(key, { identity, until: this.clock.now() + lifetime });
  }

  /** What was found out before counts no more, nor what is being found out now. */
  forget(): void {
    this.#key = randomBytes(32);
    this.#remembered.clear();
  }

  /** A key may be revoked, and a token ends when it says. RFC 7519 section 4.1.4 */
  #lifetimeOf({ method, claims }: Identity): number {
    const end = claims?.['exp'];
    const left = typeof end === 'number' ? end * 1000 - this.clock.now() : Infinity;
    return method === 'apiKey' ? Math.min(left, KEY_REMEMBERED_FOR) : left;
  }
}
