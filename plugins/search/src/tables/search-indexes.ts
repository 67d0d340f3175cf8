import { type QueryExecutorProvider, sql } from 'kysely';

/**
 * What only searching needs, by the name of the index: its table and columns. Rows that come in the order of their digests would each touch
 * pages all over these, so that a large index is filled without them, and gets them at its end.
 */
const SEARCH_INDEXES = {
  manifests_by_digest: ['manifests', 'digest'],
  manifests_by_config: ['manifests', 'config_digest', 'repository_id'],
  manifests_by_chain: ['manifests', 'chain'],
  manifests_by_media_type: ['manifests', 'media_type'],
  manifests_by_artifact_type: ['manifests', 'artifact_type'],
  manifests_by_signatures: ['manifests', 'signatures'],
  layers_by_digest: ['layers', 'digest', 'manifest_id'],
  layers_by_chain: ['layers', 'chain', 'manifest_id'],
  platforms_by_platform: ['platforms', 'architecture', 'os', 'variant', 'manifest_id'],
  pairs_by_pair: ['pairs', 'key', 'value', 'kind', 'manifest_id'],
  images_by_tag: ['images', 'tag'],
  images_by_version: ['images', 'version'],
  images_by_pushed: ['images', 'pushed_at', 'id'],
  images_by_size: ['images', 'size', 'id'],
  images_by_pulls: ['images', 'pulls', 'id'],
} as const;

export type SearchIndex = keyof typeof SEARCH_INDEXES;

export const SEARCH_INDEX_NAMES = Object.keys(SEARCH_INDEXES) as readonly SearchIndex[];

/** Makes the index where it is not there. */
export async function createSearchIndex(tables: QueryExecutorProvider, name: SearchIndex): Promise<void> {
  const [table, ...columns] = SEARCH_INDEXES[name];
  const listed = sql.join(columns.map((column) => sql.ref(column)));
  await sql`create index if not exists ${sql.ref(name)} on ${sql.table(table)} (${listed})`.execute(tables);
}

export async function dropSearchIndex(tables: QueryExecutorProvider, name: SearchIndex): Promise<void> {
  await sql`drop index if exists ${sql.ref(name)}`.execute(tables);
}
