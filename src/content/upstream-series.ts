import type { FillEnd, HistogramSeries, MirrorCounts } from '@berth/sdk';
import type { CountedSeries } from './counted-series.js';

/** The series of one upstream: adding to one is all that a request pays. */
export interface UpstreamSeries {
  /** Pulls of blobs that were held, and of those that were not. */
  readonly blobHits: CountedSeries;
  readonly blobMisses: CountedSeries;
  /** Bytes that were sent to clients out of what was held, and of what came for them. */
  readonly sentHeld: CountedSeries;
  readonly sentFetched: CountedSeries;
  /** Pulls that found a fetch under way and followed it. */
  readonly coalesced: CountedSeries;
  /** Bytes of blobs that the upstream sent. */
  readonly received: CountedSeries;
  /** Seconds from the first request to the first byte of the upstream. */
  readonly firstByte: HistogramSeries;
  readonly fills: Readonly<Record<FillEnd, CountedSeries>>;
}

export function countsIn({
  blobHits,
  blobMisses,
  sentHeld,
  sentFetched,
  coalesced,
  fills,
}: UpstreamSeries): MirrorCounts {
  const { kept, refused, overfull, unwritable, wrong, broken, abandoned, stopped } = fills;
  return {
    blobHits: blobHits.total,
    blobMisses: blobMisses.total,
    coalesced: coalesced.total,
    bytesFromCache: sentHeld.total,
    bytesPassedOn: sentFetched.total,
    fills: {
      kept: kept.total,
      refused: refused.total,
      overfull: overfull.total,
      unwritable: unwritable.total,
      wrong: wrong.total,
      broken: broken.total,
      abandoned: abandoned.total,
      stopped: stopped.total,
    },
  };
}
