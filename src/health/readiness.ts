import { Injectable } from '@nestjs/common';
import type { HealthProbe } from '@berth/sdk';
import { type Health, ProbeRound } from './probe-round.js';

export type Phase = 'starting' | 'ready' | 'stopping';

/** A part of the server that can fail while the process lives: why it does, or `undefined` while it works. */
export interface Probe {
  readonly name: string;
  readonly check: () => Error | undefined;
}

/** Which phase of its life the server is in, and which of its parts have failed. */
@Injectable()
export class Readiness {
  #phase: Phase = 'starting';
  readonly #parts: Probe[] = [];
  readonly #probes = new ProbeRound();

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
    this.#parts.push(probe);
  }

  /** Of a plugin, named `<plugin>.<name>`: asked when somebody wants to know, at most once a second. */
  add(probe: HealthProbe): void {
    this.#probes.add(probe);
  }

  /** The parts that have failed, by name; plugins are asked only while the server serves. Never rejects. */
  async health(): Promise<Health> {
    const failures = this.#failures();
    if (!this.isServing) return { failures, degraded: {} };
    const ofPlugins = await this.#probes.ask();
    return { failures: { ...ofPlugins.failures, ...failures }, degraded: ofPlugins.degraded };
  }

  #failures(): Record<string, string> {
    const failed: Record<string, string> = {};
    for (const { name, check } of this.#parts) {
      const failure = check();
      if (failure) failed[name] = failure.message;
    }
    return failed;
  }
}
