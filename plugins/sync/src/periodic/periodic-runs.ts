import { Injectable } from '@nestjs/common';
import { Clock, PluginLogger } from '@berth/sdk';
import type { UpstreamRegistry } from '../mirror/upstream-registry.js';
import { BoundedRequests } from './bounded-requests.js';
import { LoggedRun } from './logged-run.js';
import { type RecordedRun, RunRecords } from './run-records.js';
import { RunMetrics } from './run-metrics.js';
import { RunPorts } from './run-ports.js';
import type { RunObserver } from './run-scope.js';
import { RunTally } from './run-tally.js';
import { UpstreamRun } from './upstream-run.js';

/** One that is under way. */
interface ActiveRun {
  readonly startedAt: number;
  readonly tally: RunTally;
}

/** Runs upstreams, writes down what came of it, and says when the next run is due. */
@Injectable()
export class PeriodicRuns {
  readonly #active = new Map<UpstreamRegistry, ActiveRun>();

  constructor(
    private readonly ports: RunPorts,
    private readonly records: RunRecords,
    private readonly metrics: RunMetrics,
    private readonly clock: Clock,
    private readonly logger: PluginLogger,
  ) {}

  /** Rejects as soon as `signal` aborts; whatever else goes wrong is what the run came to. */
  async run(
    registry: UpstreamRegistry,
    signal: AbortSignal,
    observerOf: (tally: RunTally) => RunObserver = () => new LoggedRun(registry.name, this.logger),
  ): Promise<RecordedRun> {
    const startedAt = this.clock.now();
    const tally = new RunTally();
    // What others wait for no longer ends with the run.
    const over = new AbortController();
    const ending = AbortSignal.any([signal, registry.retired, over.signal]);
    this.#active.set(registry, { startedAt, tally });
    let outcome: RecordedRun['outcome'] = 'aborted';
    try {
      await this.records.started(registry, startedAt);
      const requests = new BoundedRequests(registry.config.reqConcurrent);
      const scope = { registry, requests, tally, observer: observerOf(tally), signal: ending, hasReferrersApi: true };
      await new UpstreamRun(scope, this.ports).run();
      const { problems, tags } = tally.counts;
      outcome = problems + tags.failed > 0 ? 'failed' : 'succeeded';
    } catch (err) {
      if (!ending.aborted) {
        outcome = 'failed';
        this.logger.error('a periodic run failed', { upstream: registry.name, err });
      }
    } finally {
      over.abort(new Error('The run is over.'));
      this.#active.delete(registry);
    }
    const ended = { startedAt, endedAt: this.clock.now(), outcome, counts: tally.counts };
    await this.#record(registry, ended);
    signal.throwIfAborted();
    return ended;
  }

  /** The run under way, or the last one. */
  async last(registry: UpstreamRegistry): Promise<RecordedRun | undefined> {
    const active = this.#active.get(registry);
    if (!active) return this.records.last(registry);
    return { startedAt: active.startedAt, endedAt: undefined, outcome: undefined, counts: active.tally.counts };
  }

  isRunning(registry: UpstreamRegistry): boolean {
    return this.#active.has(registry);
  }

  /** When the next one is due, in milliseconds since the epoch: at once where one was interrupted. `undefined`: there are none. */
  async nextAt(registry: UpstreamRegistry): Promise<number | undefined> {
    const { pollInterval, offline } = registry.config;
    if (!registry.isPolled || offline || pollInterval === undefined) return undefined;
    const now = this.clock.now();
    const last = await this.last(registry);
    if (!last || (!this.isRunning(registry) && (last.outcome ?? 'aborted') === 'aborted')) return now;
    // A clock that was set back puts nothing off for longer than the interval.
    return Math.min(last.startedAt, now) + pollInterval;
  }

  /** Forgets what is of no upstream any more. */
  async tidy(): Promise<void> {
    await this.records.keepOnly(this.ports.registries.all);
    await this.ports.asked.forgetOld();
  }

  async #record(registry: UpstreamRegistry, run: RecordedRun): Promise<void> {
    const { outcome = 'aborted', startedAt, counts } = run;
    this.metrics.ended(registry.name, outcome, startedAt, counts);
    this.logger.info('a periodic run has ended', { upstream: registry.name, outcome, ...counts });
    try {
      await this.records.ended(registry, run);
    } catch (err) {
      this.logger.warn('what a periodic run came to could not be written down', { upstream: registry.name, err });
    }
  }
}
