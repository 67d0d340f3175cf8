import type { Clock } from '@berth/sdk';
import type { RateLimit } from './rate-limit.js';

/** What came of asking a host. */
export interface HostOutcome {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** False where it did not answer, or answered that it is out of order. */
  readonly isReachable: boolean;
  /** What it answered with; absent: nothing. */
  readonly status?: number;
  /** What was wrong with that. */
  readonly trouble?: string;
}

/** What is known of a host by what it said last. */
export class HostRecord {
  #outcome: HostOutcome | undefined;
  #rateLimit: (RateLimit & { readonly at: number }) | undefined;

  constructor(private readonly clock: Clock) {}

  /** `undefined`: it was not asked yet. */
  get outcome(): HostOutcome | undefined {
    return this.#outcome;
  }

  /** `undefined`: it never told of a limit. `at`: when it did last, in milliseconds since the epoch. */
  get rateLimit(): (RateLimit & { readonly at: number }) | undefined {
    return this.#rateLimit;
  }

  came(outcome: Omit<HostOutcome, 'at'>): void {
    this.#outcome = { ...outcome, at: this.clock.now() };
  }

  /** What it answered last was found to be wrong. */
  wasWrong(trouble: string): void {
    this.#outcome = { isReachable: true, ...this.#outcome, at: this.clock.now(), trouble };
  }

  limited(limit: RateLimit): void {
    this.#rateLimit = { ...this.#rateLimit, ...limit, at: this.clock.now() };
  }
}
