import { type Clock, RegistryError } from '@berth/sdk';
import { LRUCache } from 'lru-cache';

/** How many users and addresses with failures are known at once. */
const KNOWN = 10_000;
/** A failure counts for so long, in milliseconds. */
const REMEMBERED_FOR = 15 * 60_000;
/** What the first failures cost nothing more than `failDelay`: a slip of the finger. */
const FREE_FAILURES = 3;
/** The delay after the first failure that costs one; it doubles with each. Milliseconds. */
const FIRST_DELAY = 250;
const LONGEST_DELAY = 8_000;
/** How many refusals may be held back at once: of one user at one address, and of one address. */
const OF_ONE_USER = 16;
const OF_ONE_ADDRESS = 256;

interface Failures {
  count: number;
  /** Of the clock. */
  last: number;
  /** Refusals that are being held back. */
  waiting: number;
}

/**
 * Slows down whoever guesses, by user and by address. Only refusals wait: who gives the right password is never slower for what others
 * do. So many as are held back at once, no more are tried.
 */
export class LoginThrottle {
  readonly #failures = new LRUCache<string, Failures>({ max: KNOWN });

  constructor(
    private readonly clock: Clock,
    /** What each refusal takes at least, in milliseconds. */
    private readonly failDelay: number,
    private readonly sleep: (milliseconds: number) => Promise<unknown>,
  ) {}

  /** @throws RegistryError TOOMANYREQUESTS where as many refusals as may be are on their way already */
  admit(user: string, address: string): void {
    const isAdmitted =
      this.#waitingAs(pairKey(user, address)) < OF_ONE_USER && this.#waitingAs(addressKey(address)) < OF_ONE_ADDRESS;
    if (isAdmitted) return;
    throw new RegistryError('TOOMANYREQUESTS', {
      message: 'too many failed logins',
      headers: { 'Retry-After': String(LONGEST_DELAY / 1000) },
    });
  }

  /**
   * Counts a failure, and resolves when the refusal may be sent. Whoever hangs up meanwhile is waited for all the same: else guessing would
   * be as fast as hanging up.
   */
  async failed(user: string, address: string): Promise<void> {
    const keys = [userKey(user), addressKey(address), pairKey(user, address)];
    const failures = keys.map((key) => this.#count(key));
    const delay = Math.max(this.failDelay, ...failures.map(({ count }) => delayAfter(count)));
    if (delay === 0) return;
    for (const failure of failures) failure.waiting += 1;
    try {
      await this.sleep(delay);
    } finally {
      for (const failure of failures) failure.waiting -= 1;
    }
  }

  /** The user is who they say they are, so that what they mistyped before is forgotten; the address still may be guessing at others. */
  succeeded(user: string): void {
    this.#failures.delete(userKey(user));
  }

  #waitingAs(key: string): number {
    return this.#known(key)?.waiting ?? 0;
  }

  #count(key: string): Failures {
    const failures = this.#known(key) ?? { count: 0, last: 0, waiting: 0 };
    failures.count += 1;
    failures.last = this.clock.now();
    this.#failures.set(key, failures);
    return failures;
  }

  #known(key: string): Failures | undefined {
    const failures = this.#failures.get(key);
    if (!failures || failures.waiting > 0 || failures.last + REMEMBERED_FOR > this.clock.now()) return failures;
    this.#failures.delete(key);
    return undefined;
  }
}

function delayAfter(failures: number): number {
  const counted = failures - FREE_FAILURES;
  return counted <= 0 ? 0 : Math.min(FIRST_DELAY * 2 ** (counted - 1), LONGEST_DELAY);
}

const LONGEST_KEY = 256;

function userKey(user: string): string {
  return `user ${user.slice(0, LONGEST_KEY)}`;
}

function addressKey(address: string): string {
  return `address ${address}`;
}

function pairKey(user: string, address: string): string {
  return `${addressKey(address)} ${userKey(user)}`;
}
