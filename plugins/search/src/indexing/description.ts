import type { PairsTable, PlatformsTable } from '../tables/index-tables.js';

/** What a manifest is found by beside its names. */
export interface Description {
  readonly pairs: readonly Omit<PairsTable, 'manifest_id'>[];
  readonly platforms: readonly Omit<PlatformsTable, 'manifest_id'>[];
  readonly author?: string | null;
}
