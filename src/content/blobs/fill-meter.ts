import { Injectable } from '@nestjs/common';
import { type Counter, type CounterSeries, type HistogramSeries, Meter } from '@berth/sdk';

/**
 * How a fetch from an upstream ended: the repository holds it; a gate did not want it; it could not be stored and was passed on;
 * the upstream gave something else; its transfer broke off; nobody waited for what could not be stored; the server stopped.
 */
const ENDS = ['kept', 'refused', 'unwritable', 'wrong', 'broken', 'abandoned', 'stopped'] as const;
export type FillEnd = (typeof ENDS)[number];

const FIRST_BYTE_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** The numbers of what is fetched from upstreams. */
@Injectable()
export class FillMeter {
  /** From the first request to the first byte of the upstream. */
  readonly firstByte: HistogramSeries;
  /** Requests that found a fetch under way and followed it. */
  readonly coalesced: CounterSeries;
  readonly received: CounterSeries;
  readonly #fills: Counter;

  constructor(meter: Meter) {
    this.#fills = meter.counter({ name: 'berth_mirror_fills_total', help: 'Blobs that were fetched from upstreams.' });
    for (const outcome of ENDS) this.#fills.with({ outcome });
    this.firstByte = meter
      .histogram({
        name: 'berth_mirror_fill_first_byte_seconds',
        help: 'Time until the first byte of a blob came from its upstream.',
        buckets: FIRST_BYTE_SECONDS,
      })
      .with({});
    this.coalesced = meter
      .counter({
        name: 'berth_mirror_coalesced_readers_total',
        help: 'Requests for blobs that followed a fetch under way.',
      })
      .with({});
    this.received = meter
      .counter({ name: 'berth_mirror_upstream_bytes_total', help: 'Bytes of blobs that came from upstreams.' })
      .with({});
  }

  ended(outcome: FillEnd): void {
    this.#fills.add({ outcome });
  }
}
