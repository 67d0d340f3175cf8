import { Injectable } from '@nestjs/common';

/** How many bytes may be kept of each upstream, as it was said last. */
@Injectable()
export class CacheLimits {
  #limits: ReadonlyMap<string, number> = new Map();
  #changed: () => void = () => undefined;

  /** `undefined`: any number. */
  of(upstream: string): number | undefined {
    return this.#limits.get(upstream);
  }

  get upstreams(): readonly string[] {
    return [...this.#limits.keys()];
  }

  set(limits: ReadonlyMap<string, number>): void {
    this.#limits = new Map(limits);
    this.#changed();
  }

  onChanged(listener: () => void): void {
    this.#changed = listener;
  }
}
