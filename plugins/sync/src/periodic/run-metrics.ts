import { Injectable } from '@nestjs/common';
import { Meter } from '@berth/sdk';
import { type RunCounts, TAG_OUTCOMES } from './run-counts.js';
import type { RunOutcome } from './run-records.js';

/** The numbers of periodic runs, by upstream. The server puts `berth_sync_` in front of the names. */
@Injectable()
export class RunMetrics {
  readonly #runs;
  readonly #tags;
  readonly #bytes;
  readonly #succeeded;

  constructor(meter: Meter) {
    const counter = (name: string, help: string) => meter.counter({ name, help });
    this.#runs = counter('runs_total', 'Periodic runs, by how they ended.');
    this.#tags = counter('run_tags_total', 'Tags that periodic runs have looked at, by what became of them.');
    this.#bytes = counter('run_bytes_total', 'Bytes that periodic runs have brought.');
    this.#succeeded = meter.gauge({
      name: 'last_run_timestamp_seconds',
      help: 'When the last periodic run without a failure began.',
    });
  }

  /** `startedAt`: milliseconds since the epoch. */
  ended(upstream: string, outcome: RunOutcome, startedAt: number, { tags, bytes }: RunCounts): void {
    this.#runs.add({ upstream, outcome });
    for (const became of TAG_OUTCOMES)
      if (tags[became] > 0) this.#tags.add({ upstream, outcome: became }, tags[became]);
    this.#bytes.add({ upstream }, bytes);
    if (outcome === 'succeeded') this.#succeeded.set(startedAt / 1000, { upstream });
  }
}
