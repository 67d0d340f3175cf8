import { type RawBuilder, sql } from 'kysely';

export const SORT_KEYS = ['relevance', 'name', 'pushed', 'size', 'pulls'] as const;
export type SortKey = (typeof SORT_KEYS)[number];

/** `name` from a to z, `pushed` the newest first, `size` and `pulls` the most first, `relevance` the best first; or the other way round. */
export interface SortOrder {
  readonly key: SortKey;
  readonly isReversed: boolean;
}

/** What results are ordered by: the second tells apart what the first does not. */
export interface OrderColumn {
  /** Over `images as i`. */
  readonly value: RawBuilder<string | number>;
  readonly type: 'string' | 'number';
  readonly direction: 'asc' | 'desc';
  /** True: how well it fits stands in place of `value`. */
  readonly isScore?: true;
}

export function orderColumns({ key, isReversed }: SortOrder): readonly OrderColumn[] {
  const columns = COLUMNS[key];
  if (!isReversed) return columns;
  return columns.map((column) => ({ ...column, direction: column.direction === 'asc' ? 'desc' : 'asc' }));
}

const NAME: OrderColumn = { value: sql`i.name`, type: 'string', direction: 'asc' };
const ID: OrderColumn = { value: sql`i.id`, type: 'number', direction: 'desc' };

const COLUMNS: Readonly<Record<SortKey, readonly OrderColumn[]>> = {
  relevance: [{ value: sql`0`, type: 'number', direction: 'desc', isScore: true }, NAME],
  name: [NAME],
  pushed: [{ value: sql`i.pushed_at`, type: 'number', direction: 'desc' }, ID],
  size: [{ value: sql`i.size`, type: 'number', direction: 'desc' }, ID],
  pulls: [{ value: sql`i.pulls`, type: 'number', direction: 'desc' }, ID],
};

/** That a tag is one of the words is worth as much as half a name. */
export function tagScore(words: readonly string[]): RawBuilder<number> {
  return words.length === 0
    ? sql<number>`0`
    : sql<number>`(case when i.tag in (${sql.join(words)}) then 30 else 0 end)`;
}
