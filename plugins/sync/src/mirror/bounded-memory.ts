import type { Clock } from '@berth/sdk';

/** Remembers the latest answers, each for some time. */
export class BoundedMemory<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly since: number }>();

  constructor(
    private readonly clock: Clock,
    private readonly capacity = 10_000,
  ) {}

  /** What was remembered no longer than `within` milliseconds ago. */
  recall(key: string, within: number): Value | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    const age = this.clock.now() - entry.since;
    // A clock that was set back makes nothing last.
    return age >= 0 && age < within ? entry.value : undefined;
  }

  /** Milliseconds since it was remembered; Infinity where it is not. */
  age(key: string): number {
    const entry = this.#entries.get(key);
    return entry ? this.clock.now() - entry.since : Infinity;
  }

  remember(key: string, value: Value): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, since: this.clock.now() });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.capacity && oldest !== undefined) this.#entries.delete(oldest);
  }

  /** As `recall`, and forgets it. */
  take(key: string, within: number): Value | undefined {
    const value = this.recall(key, within);
    this.#entries.delete(key);
    return value;
  }
}
