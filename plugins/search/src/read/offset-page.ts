/** A page by its place: for interfaces that count, as zot's does. */
export interface Offsets {
  readonly offset: number;
  readonly limit: number;
}

export interface OffsetPage<Item> {
  /** How many there are on all pages. */
  readonly total: number;
  readonly items: readonly Item[];
}
