/** What a client asks of a list: entries after `last`, `n` of them; absent: as many as fit in one answer. */
export interface PageRequest {
  readonly n: number | undefined;
  readonly last: string | undefined;
}

export interface Page<Entry> {
  readonly entries: readonly Entry[];
  /** The `last` of the next page and its `n`, or `undefined` where this is the final one. */
  readonly next: { readonly last: Entry; readonly n: number } | undefined;
}

/** Entries of one answer, however many a client asks for: more come by its Link. */
const MOST_ENTRIES = 10_000;

/** Cuts one page out of a sorted list. `list` gives entries after `last`, at most `limit`. spec.md#listing-tags */
export async function pageOf<Entry extends string>(
  { n = MOST_ENTRIES, last }: PageRequest,
  list: (last: string | undefined, limit: number) => Promise<Entry[]>,
): Promise<Page<Entry>> {
  if (n === 0) return { entries: [], next: undefined };
  // One more than asked for tells whether there is a next page.
  const limit = Math.min(n, MOST_ENTRIES);
  const found = await list(last, limit + 1);
  const entries = found.slice(0, limit);
  const end = entries.at(-1);
  return { entries, next: found.length > limit && end !== undefined ? { last: end, n } : undefined };
}
