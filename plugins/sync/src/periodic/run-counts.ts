/**
 * What became of a tag: `moved` also where it is new; `gone`: it went while we looked; `unsigned`, `shadowed` (somebody pushed it here)
 * and `refused` (by a gate) stay as they are; `removed`: the upstream has it no more, and here it went as well.
 */
export const TAG_OUTCOMES = [
  'moved',
  'unmoved',
  'failed',
  'refused',
  'unsigned',
  'shadowed',
  'gone',
  'removed',
] as const;

export type TagOutcome = (typeof TAG_OUTCOMES)[number];

/** What a run has come to. */
export interface RunCounts {
  readonly repositories: number;
  /** Lists and repositories that failed as a whole. */
  readonly problems: number;
  readonly tags: Readonly<Record<TagOutcome, number>>;
  /** Of manifests and blobs that were not here. */
  readonly bytes: number;
}

export const NOTHING: RunCounts = {
  repositories: 0,
  problems: 0,
  tags: { moved: 0, unmoved: 0, failed: 0, refused: 0, unsigned: 0, shadowed: 0, gone: 0, removed: 0 },
  bytes: 0,
};

export function seenOf({ tags }: RunCounts): number {
  return TAG_OUTCOMES.reduce((sum, outcome) => sum + tags[outcome], 0);
}
