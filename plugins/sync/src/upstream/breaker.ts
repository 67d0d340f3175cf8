import type { Clock } from '@berth/sdk';

export interface BreakerLimits {
  /** So many failures in a row open it. */
  readonly failures: number;
  /** Milliseconds after which one may try again. */
  readonly openFor: number;
}

const LIMITS: BreakerLimits = { failures: 3, openFor: 10_000 };

/** Opens after failures in a row, so that nobody waits for what will fail; then lets one through at a time until one succeeds. */
export class Breaker {
  #failures = 0;
  #openedAt: number | undefined;
  #isProbing = false;

  constructor(
    private readonly clock: Clock,
    /** Told whenever it opens or closes. */
    private readonly onChange: (isOpen: boolean) => void = () => undefined,
    private readonly limits: BreakerLimits = LIMITS,
  ) {}

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
    this.onChange(false);
  }

  failed(): void {
    this.#failures += 1;
    this.#isProbing = false;
    if (this.#failures < this.limits.failures) return;
    const wasOpen = this.isOpen;
    this.#openedAt = this.clock.now();
    if (!wasOpen) this.onChange(true);
  }

  /** It was broken off by us, which says nothing of the upstream. */
  gaveUp(): void {
    this.#isProbing = false;
  }
}
