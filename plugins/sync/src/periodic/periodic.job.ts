import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Clock, type PluginJob, type Schedule } from '@berth/sdk';
import { Registries } from '../mirror/registries.js';
import type { UpstreamRegistry } from '../mirror/upstream-registry.js';
import { PeriodicRuns } from './periodic-runs.js';

/** How often it is looked whether a run is due, so that restarts put none off; in milliseconds. Without any, a reload may bring some. */
const LOOK_INTERVAL = 60_000;
const IDLE_INTERVAL = 300_000;
/** What is under way then goes on with the next look. Milliseconds. */
const TIMEOUT = 24 * 3_600_000;

/** Runs the upstreams that are due, each apart: a slow one keeps no other waiting. */
@Injectable()
export class PeriodicJob implements PluginJob {
  readonly name = 'periodic';
  readonly schedule: Schedule;
  readonly timeout = TIMEOUT;
  readonly #look: number;

  constructor(
    private readonly registries: Registries,
    private readonly runs: PeriodicRuns,
    private readonly clock: Clock,
  ) {
    const polled = registries.all.filter(({ isPolled }) => isPolled);
    const shortest = Math.min(...polled.map(({ config }) => config.pollInterval ?? Infinity));
    this.#look = Math.min(shortest, LOOK_INTERVAL);
    this.schedule = { every: polled.length === 0 ? IDLE_INTERVAL : this.#look };
  }

  async run(signal: AbortSignal): Promise<void> {
    const running = new Map<UpstreamRegistry, Promise<void>>();
    try {
      await this.#begin(running, signal);
      if (running.size === 0) return;
      while (running.size > 0) {
        await Promise.race([this.#nextLook(running), ...running.values()]);
        await this.#begin(running, signal);
      }
    } finally {
      await Promise.allSettled(running.values());
    }
    await this.runs.tidy();
  }

  async #begin(running: Map<UpstreamRegistry, Promise<void>>, signal: AbortSignal): Promise<void> {
    for (const registry of this.registries.all) {
      const next = await this.runs.nextAt(registry);
      const isDue = next !== undefined && next <= this.clock.now();
      if (!isDue || running.has(registry)) continue;
      const run = this.runs.run(registry, signal).then(() => {
        running.delete(registry);
      });
      // Told of where it is waited for.
      run.catch(() => undefined);
      running.set(registry, run);
    }
  }

  /** Ends early with the first run that ends. */
  async #nextLook(running: ReadonlyMap<UpstreamRegistry, Promise<void>>): Promise<void> {
    const rest = new AbortController();
    const end = (): void => {
      rest.abort();
    };
    for (const run of running.values()) run.then(end, end);
    // It rejects only where a run has ended.
    await delay(this.#look, undefined, { signal: rest.signal, ref: false }).catch(() => undefined);
  }
}
