import { type FillInFlight, MirrorActivity, type MirrorCounts } from '../ports/mirror-activity.js';

const NOTHING: MirrorCounts = {
  blobHits: 0,
  blobMisses: 0,
  coalesced: 0,
  bytesFromCache: 0,
  bytesPassedOn: 0,
  fills: { kept: 0, refused: 0, overfull: 0, unwritable: 0, wrong: 0, broken: 0, abandoned: 0, stopped: 0 },
};

/** Fetches and counts that a test puts in. */
export class FakeMirrorActivity extends MirrorActivity {
  readonly inFlight: FillInFlight[] = [];
  readonly counts = new Map<string, Partial<MirrorCounts>>();

  fills(): readonly FillInFlight[] {
    return this.inFlight;
  }

  countsOf(upstream: string): MirrorCounts {
    return { ...NOTHING, ...this.counts.get(upstream) };
  }
}
