import type { Digest } from '@berth/sdk';
import { type RawBuilder, sql, type SqlBool } from 'kysely';

/** A manifest where it lies: the same bytes in two repositories are two. */
export interface ManifestKey {
  readonly repositoryId: number;
  readonly digest: Digest;
}

/** True of rows whose columns `repository_id` and `digest` (or `column`) are those of one of `keys`, of which there is one at least. */
export function isAmong(keys: readonly ManifestKey[], column = 'digest'): RawBuilder<SqlBool> {
  const rows = keys.map(({ repositoryId, digest }) => sql`(${repositoryId}, ${digest})`);
  return sql<SqlBool>`(${sql.ref('repository_id')}, ${sql.ref(column)}) in (values ${sql.join(rows)})`;
}

export function keyOf({ repositoryId, digest }: ManifestKey): string {
  return `${String(repositoryId)} ${digest}`;
}
