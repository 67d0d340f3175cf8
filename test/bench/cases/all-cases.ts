import type { BenchCase } from '../bench-case.ts';
import type { BenchOptions } from '../options.ts';
import { blobGet, blobPush, HUNDRED_MEBIBYTES, KIBIBYTE, MEBIBYTE } from './blobs.ts';
import { referrersPage, tagsPage } from './listings.ts';
import { guardedManifestGets } from './guarded-manifests.ts';
import { manifestGet, manifestHead, manifestPush } from './manifests.ts';

const MOST_TAGS_OF_CNCF = 1000;

/** The cases that the options choose, with the targets that Berth is held to; throws where they choose nothing, `others` neither. */
export function casesFor(options: BenchOptions, ...others: readonly string[]): readonly BenchCase[] {
  const tagCounts = [...new Set([1, 1000, options.tags])];
  const cases = [
    ...tagCounts.map((tags) => manifestGet(tags, tags <= MOST_TAGS_OF_CNCF || options.full)),
    manifestHead,
    ...guardedManifestGets,
    blobGet(KIBIBYTE),
    blobGet(MEBIBYTE, 0.25),
    blobGet(HUNDRED_MEBIBYTES, 1.2),
    blobPush(MEBIBYTE),
    blobPush(HUNDRED_MEBIBYTES, 1.0),
    manifestPush,
    tagsPage,
    referrersPage,
  ];
  const chosen = cases.filter((benchCase) => options.only.test(benchCase.name));
  if (chosen.length > 0 || others.some((name) => options.only.test(name))) return chosen;
  const names = [...cases.map(({ name }) => name), ...others];
  throw new Error(`--only ${options.only.source} matches none of ${names.join(', ')}`);
}
