import { type Expression, type RawBuilder, sql } from 'kysely';
import { type Pattern, plainText } from '../language/pattern.js';

export const SORT_KEYS = ['relevance', 'name', 'pushed', 'size', 'pulls'] as const;
export type SortKey = (typeof SORT_KEYS)[number];

/** `name` from a to z, `pushed` the newest first, `size` and `pulls` the most first, `relevance` the best first; or the other way round. */
export interface SortOrder {
  readonly key: SortKey;
  readonly isReversed: boolean;
}

/** What results are ordered by: the second tells apart what the first does not. */
export interface OrderColumn {
  readonly value: Expression<string | number>;
  readonly direction: 'asc' | 'desc';
}

/** The order as columns over `images as i` and, for relevance, `scores as s`. */
export function orderColumns({ key, isReversed }: SortOrder): readonly OrderColumn[] {
  const turned = (direction: 'asc' | 'desc') => (isReversed === (direction === 'asc') ? 'desc' : 'asc');
  const column = (value: RawBuilder<string | number>, direction: 'asc' | 'desc'): OrderColumn => ({
    value,
    direction: turned(direction),
  });
  switch (key) {
    case 'relevance':
      return [column(sql`score`, 'desc'), column(sql`i.name`, 'asc')];
    case 'name':
      return [column(sql`i.name`, 'asc')];
    case 'pushed':
      return [column(sql`i.pushed_at`, 'desc'), column(sql`i.id`, 'desc')];
    case 'size':
      return [column(sql`i.size`, 'desc'), column(sql`i.id`, 'desc')];
    case 'pulls':
      return [column(sql`i.pulls`, 'desc'), column(sql`i.id`, 'desc')];
  }
}

/** How well the name of a repository fits `words`: exactly, its last part, the beginning of a part, anywhere, not at all. */
export function nameScore(words: readonly Pattern[]): RawBuilder<number> {
  const scores = words.map((word) => {
    const text = plainText(word)?.toLowerCase();
    if (text === undefined) return sql<number>`0`;
    return sql<number>`(case when r.name = ${text} then 100
      when substr(r.name, -length(${`/${text}`})) = ${`/${text}`} then 80
      when instr('/' || r.name, ${`/${text}`}) > 0 then 60
      when instr(r.name, ${text}) > 0 then 40 else 0 end)`;
  });
  return scores.length === 0 ? sql<number>`0` : sql<number>`(${sql.join(scores, sql` + `)})`;
}

/** That a tag is one of the words, too. */
export function tagScore(words: readonly Pattern[]): RawBuilder<number> {
  const texts = words.map(plainText).filter((text) => text !== undefined);
  return texts.length === 0
    ? sql<number>`0`
    : sql<number>`(case when i.tag in (${sql.join(texts)}) then 30 else 0 end)`;
}
