import { hash, randomBytes } from 'node:crypto';
import { type Clock, deepFreeze } from '@berth/sdk';
import { LRUCache } from 'lru-cache';
import type { TokenResult, TokenVerifier } from './token-verifier.js';

/** A server sees few at a time: a client keeps its token for minutes. */
const MOST_KEPT = 10_000;
/** Now and again its key is looked at, which may have been withdrawn. Milliseconds. */
const LONGEST_KEPT = 60_000;

interface Kept {
  readonly result: TokenResult;
  readonly until: number;
}

/**
 * Pays once for a token that comes with many requests. Only tokens that were accepted are kept, for a minute at most,
 * under a hash that nobody can compute elsewhere: a dump of the memory names no token.
 */
export class RememberingVerifier implements TokenVerifier {
  readonly #key = randomBytes(32).toString('hex');
  readonly #kept = new LRUCache<string, Kept>({ max: MOST_KEPT });
  #generation = 0;

  constructor(
    private readonly inner: TokenVerifier,
    private readonly clock: Clock,
  ) {}

  async verify(token: string, signal: AbortSignal): Promise<TokenResult> {
    // In one call, which costs half of an HMAC. What an HMAC is better at needs the hash to be known.
    const name = hash('sha256', this.#key + token, 'base64');
    const kept = this.#kept.get(name);
    if (kept && kept.until > this.clock.now()) return kept.result;
    const generation = this.#generation;
    const result = await this.inner.verify(token, signal);
    this.#kept.delete(name);
    if (result.outcome !== 'accepted') return result;
    const frozen = deepFreeze(result);
    const until = Math.min(result.until ?? 0, this.clock.now() + LONGEST_KEPT);
    // Keys that changed meanwhile may not be those it was verified with.
    if (generation === this.#generation) this.#kept.set(name, { result: frozen, until });
    return frozen;
  }

  /** For when keys have changed: what the old ones have signed is verified anew. */
  forget(): void {
    this.#generation++;
    this.#kept.clear();
  }
}
