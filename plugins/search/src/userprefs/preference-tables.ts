import type { RepositoryName } from '@berth/sdk';

/** A star is counted and shown to all; a bookmark is for its user alone. */
export type PreferenceKind = 'bookmark' | 'star';

/** Which repositories users have marked. Not of the index: a rebuild leaves it alone. */
export interface PreferencesTable {
  user_name: string;
  kind: PreferenceKind;
  repository: RepositoryName;
}

export interface PreferenceTables {
  preferences: PreferencesTable;
}
