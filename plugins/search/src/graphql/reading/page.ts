import { QueryRefusal } from '../query-refusal.js';

export const SORT_CRITERIA = [
  'RELEVANCE',
  'UPDATE_TIME',
  'ALPHABETIC_ASC',
  'ALPHABETIC_DSC',
  'SEVERITY',
  'STARS',
  'DOWNLOADS',
] as const;
export type SortCriteria = (typeof SORT_CRITERIA)[number];

export interface PageInput {
  readonly limit?: number | null | undefined;
  readonly offset?: number | null | undefined;
  readonly sortBy?: SortCriteria | null | undefined;
}

/** A part of a list. */
export interface Page<Order extends SortCriteria = SortCriteria> {
  /** `undefined`: to the end, which may not lie further than `most` away. */
  readonly limit: number | undefined;
  readonly most: number;
  readonly offset: number;
  readonly order: Order;
}

/** A page with how much there is in all. */
export interface Paged<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
}

export const NOTHING: Paged<never> = { rows: [], total: 0 };

export interface PageRules<Order extends SortCriteria> {
  /** In which orders the list can be had; the first one where none is asked for. */
  readonly orders: readonly [Order, ...Order[]];
  /** What the list is one of: "images". */
  readonly what: string;
  readonly most: number;
}

/**
 * What a client asks for, checked. No limit, and one of 0, is everything, as in zot.
 *
 * @throws QueryRefusal for what is no page
 */
export function pageOf<Order extends SortCriteria>(
  input: PageInput | null | undefined,
  { orders, what, most }: PageRules<Order>,
): Page<Order> {
  const { limit, offset, sortBy } = input ?? {};
  if ((limit ?? 0) < 0) throw new QueryRefusal('requestedPage.limit cannot be negative');
  if ((offset ?? 0) < 0) throw new QueryRefusal('requestedPage.offset cannot be negative');
  if ((limit ?? 0) > most) throw new QueryRefusal(`requestedPage.limit cannot be more than ${String(most)}`);
  const order = sortBy ?? orders[0];
  if (!isOneOf(orders, order)) {
    throw new QueryRefusal(`${what} cannot be sorted by ${order}: requestedPage.sortBy may be ${orders.join(', ')}`);
  }
  return { limit: limit === 0 ? undefined : (limit ?? undefined), most, offset: offset ?? 0, order };
}

function isOneOf<Order extends SortCriteria>(orders: readonly Order[], order: SortCriteria): order is Order {
  return (orders as readonly SortCriteria[]).includes(order);
}

/** How many rows to ask for: of a list without end one more than it may have. */
export function rowsWanted({ limit, most }: Page): number {
  return limit ?? most + 1;
}

/** @throws QueryRefusal where a list without end has more rows than it may */
export function pagedOf<Row>(found: Paged<Row>, { limit, most }: Page): Paged<Row> {
  if (limit === undefined && found.rows.length > most) throw tooMany(most);
  return found;
}

/** A page of what is in memory already. */
export function sliceOf<Row>(rows: readonly Row[], { limit, offset, most }: Page): Paged<Row> {
  if (limit === undefined && rows.length - offset > most) throw tooMany(most);
  return { rows: rows.slice(offset, limit === undefined ? undefined : offset + limit), total: rows.length };
}

function tooMany(most: number): QueryRefusal {
  return new QueryRefusal(`there are more than ${String(most)} results: ask for pages, with requestedPage.limit`);
}
