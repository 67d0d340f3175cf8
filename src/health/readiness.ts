import { Injectable } from '@nestjs/common';
import type { HealthProbe } from '@berth/sdk';

export type Phase = 'starting' | 'ready' | 'stopping';

/** A part of the server that can fail while the process lives: why it does, or `undefined` while it works. */
export interface Probe {
  readonly name: string;
  readonly check: () => Error | undefined;
}

/** Which phase of its life the server is in. */
@Injectable()
export class Readiness {
  #phase: Phase = 'starting';
  readonly #probes: Probe[] = [];
  readonly #pluginProbes: HealthProbe[] = [];

  get phase(): Phase {
    return this.#phase;
  }

  /** True once migrations are done and until the server is told to stop. */
  get isServing(): boolean {
    return this.#phase === 'ready';
  }

  advance(phase: Exclude<Phase, 'starting'>): void {
    this.#phase = phase;
  }

  watch(probe: Probe): void {
    this.#probes.push(probe);
  }

  /** Of a plugin: asked when somebody asks for readiness. */
  add(probe: HealthProbe): void {
    this.#pluginProbes.push(probe);
  }

  /** The parts that have failed, by name. */
  failures(): Readonly<Record<string, string>> {
    const failed: Record<string, string> = {};
    for (const { name, check } of this.#probes) {
      const failure = check();
      if (failure) failed[name] = failure.message;
    }
    return failed;
  }
}
