import { Injectable } from '@nestjs/common';
import { type Counter, type FillEnd, type Labels, Meter } from '@berth/sdk';
import { CountedSeries } from './counted-series.js';
import type { UpstreamSeries } from './upstream-series.js';

/** Where content comes from that is sent to a client. */
export interface Supply {
  /** Who supplied it; `null` where a client did. */
  readonly upstream: string | null;
  /** False where it had to be fetched for this. */
  readonly isHeld: boolean;
}

const FIRST_BYTE_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** What sources call upstreams is theirs to say. Beyond so many, all share one name, which no host can have. */
const MOST_UPSTREAMS = 200;
const OTHERS = '_other';

/** The numbers of what comes from upstreams and of what clients have of it, by upstream. The series of each are found once. */
@Injectable()
export class MirrorMeter {
  readonly #upstreams = new Map<string, UpstreamSeries>();
  readonly #fills;
  readonly #firstByte;
  readonly #coalesced;
  readonly #received;
  readonly #blobs;
  readonly #sent;

  constructor(meter: Meter) {
    const counter = (name: string, help: string): Counter => meter.counter({ name: `berth_mirror_${name}`, help });
    this.#fills = counter('fills_total', 'Blobs that were fetched from upstreams.');
    this.#firstByte = meter.histogram({
      name: 'berth_mirror_fill_first_byte_seconds',
      help: 'Time until the first byte of a blob came from its upstream.',
      buckets: FIRST_BYTE_SECONDS,
    });
    this.#coalesced = counter('coalesced_readers_total', 'Pulls of blobs that followed a fetch under way.');
    this.#received = counter('upstream_bytes_total', 'Bytes of blobs that came from upstreams.');
    this.#blobs = counter('blob_pulls_total', 'Pulls of blobs of upstreams, by whether they were held.');
    this.#sent = counter('sent_bytes_total', 'Bytes of content of upstreams sent to clients, by whether it was held.');
  }

  of(upstream: string): UpstreamSeries {
    const known = this.#upstreams.get(upstream);
    if (known) return known;
    if (this.#upstreams.size >= MOST_UPSTREAMS && upstream !== OTHERS) return this.of(OTHERS);
    const made = this.#make({ upstream });
    this.#upstreams.set(upstream, made);
    return made;
  }

  /** As `of`, and nothing where nothing was counted of it. */
  find(upstream: string): UpstreamSeries | undefined {
    return this.#upstreams.get(upstream);
  }

  /** Counts a pull of a blob, and gives what counts the bytes of it that are sent; `undefined` where no upstream supplied it. */
  blobPulled({ upstream, isHeld }: Supply): CountedSeries | undefined {
    if (upstream === null) return undefined;
    const { blobHits, blobMisses, sentHeld, sentFetched } = this.of(upstream);
    (isHeld ? blobHits : blobMisses).add();
    return isHeld ? sentHeld : sentFetched;
  }

  /** As `blobPulled`, for a manifest: its sources count the pull, since they know which was stale. */
  manifestPulled({ upstream, isHeld }: Supply): CountedSeries | undefined {
    if (upstream === null) return undefined;
    const { sentHeld, sentFetched } = this.of(upstream);
    return isHeld ? sentHeld : sentFetched;
  }

  #make(labels: Labels): UpstreamSeries {
    const hit = { ...labels, result: 'hit' };
    const miss = { ...labels, result: 'miss' };
    const end = (outcome: FillEnd): CountedSeries => new CountedSeries(this.#fills.with({ ...labels, outcome }));
    return {
      blobHits: new CountedSeries(this.#blobs.with(hit)),
      blobMisses: new CountedSeries(this.#blobs.with(miss)),
      sentHeld: new CountedSeries(this.#sent.with(hit)),
      sentFetched: new CountedSeries(this.#sent.with(miss)),
      coalesced: new CountedSeries(this.#coalesced.with(labels)),
      received: new CountedSeries(this.#received.with(labels)),
      firstByte: this.#firstByte.with(labels),
      fills: {
        kept: end('kept'),
        refused: end('refused'),
        overfull: end('overfull'),
        unwritable: end('unwritable'),
        wrong: end('wrong'),
        broken: end('broken'),
        abandoned: end('abandoned'),
        stopped: end('stopped'),
      },
    };
  }
}
