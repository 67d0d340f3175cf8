import { Injectable } from '@nestjs/common';
import { FILL_ENDS, type FillEnd, type FillInFlight, MirrorActivity, type MirrorCounts } from '@berth/sdk';
import { MissingBlobs } from '../blobs/missing-blobs.js';
import { MirrorMeter } from '../mirror-meter.js';
import { countsIn } from '../upstream-series.js';

/** What comes from upstreams as plugins see it. */
@Injectable()
export class ContentMirrorActivity extends MirrorActivity {
  constructor(
    private readonly missing: MissingBlobs,
    private readonly meter: MirrorMeter,
  ) {
    super();
  }

  fills(): readonly FillInFlight[] {
    return this.missing.inFlight;
  }

  countsOf(upstream: string): MirrorCounts {
    const series = this.meter.find(upstream);
    return series ? countsIn(series) : { ...NOTHING, fills: { ...NOTHING.fills } };
  }
}

const NOTHING: MirrorCounts = {
  blobHits: 0,
  blobMisses: 0,
  coalesced: 0,
  bytesFromCache: 0,
  bytesPassedOn: 0,
  fills: Object.fromEntries(FILL_ENDS.map((end) => [end, 0])) as Record<FillEnd, number>,
};
