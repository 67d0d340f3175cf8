import type { Clock } from '@berth/sdk';

export interface BreakerLimits {
  /** So many failures in a row open it. */
  readonly failures: number;
  /** Milliseconds after which one may try again. */
  readonly openFor: number;
}

/** `half-open`: it rested long enough, and the next one tries. */
export type BreakerState = 'closed' | 'open' | 'half-open';

const LIMITS: BreakerLimits = { failures: 3, openFor: 10_000 };

/** Opens after failures in a row, so that nobody waits for what will fail; then lets one through at a time until one succeeds. */
export class Breaker {
  #failures = 0;
  #openedAt: number | undefined;
  #isProbing = false;
  #since: number;

  constructor(
    private readonly clock: Clock,
    /** Told whenever it opens or closes. */
    private readonly onChange: (isOpen: boolean) => void = () => undefined,
    private readonly limits: BreakerLimits = LIMITS,
  ) {
    this.#since = clock.now();
  }

  get state(): BreakerState {
    if (!this.isOpen) return 'closed';
    return this.isResting ? 'open' : 'half-open';
  }

  /** When it opened, or closed, or was made: milliseconds since the epoch. What fails again while it is open changes nothing of it. */
  get since(): number {
    return this.#since;
  }

  get isOpen(): boolean {
    return this.#openedAt !== undefined;
  }

  /** Open, and nobody may try yet. */
  get isResting(): boolean {
    if (this.#openedAt === undefined) return false;
    const age = this.clock.now() - this.#openedAt;
    // A clock that was set back keeps nothing closed off.
    return this.#isProbing || (age >= 0 && age < this.limits.openFor);
  }

  /** True where one may try: whoever does says how it went. */
  tries(): boolean {
    if (this.isResting) return false;
    this.#isProbing = this.isOpen;
    return true;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#isProbing = false;
    if (this.#openedAt === undefined) return;
    this.#openedAt = undefined;
    this.#since = this.clock.now();
    this.onChange(false);
  }

  failed(): void {
    this.#failures += 1;
    this.#isProbing = false;
    if (this.#failures < this.limits.failures) return;
    const wasOpen = this.isOpen;
    this.#openedAt = this.clock.now();
    if (wasOpen) return;
    this.#since = this.#openedAt;
    this.onChange(true);
  }

  /** It was broken off by us, which says nothing of the upstream. */
  gaveUp(): void {
    this.#isProbing = false;
  }
}
