import type { EvictionCandidate, EvictionCandidates } from '../../metadata/eviction-candidates.js';

/** Rows that are looked up at once. */
const PAGE = 50;

type FetchPage = (last: EvictionCandidate | undefined) => Promise<readonly EvictionCandidate[]>;

/** One index, from its beginning on. */
class Rows {
  #page: readonly EvictionCandidate[] = [];
  #at = 0;
  #isLast = false;

  constructor(private readonly fetch: FetchPage) {}

  async peek(): Promise<EvictionCandidate | undefined> {
    if (this.#at >= this.#page.length && !this.#isLast) {
      this.#page = await this.fetch(this.#page.at(-1));
      this.#at = 0;
      this.#isLast = this.#page.length < PAGE;
    }
    return this.#page[this.#at];
  }

  drop(): void {
    this.#at += 1;
  }
}

/** What came from some upstreams, that which was seen least recently first. */
export class EvictionOrder {
  readonly #rows: readonly Rows[];

  constructor(candidates: EvictionCandidates, upstreams: readonly string[]) {
    // A manifest comes before the blobs that came with it: with the manifest they go.
    this.#rows = upstreams.flatMap((upstream) => [
      new Rows((last) => candidates.manifests(upstream, last?.kind === 'manifest' ? last : undefined, PAGE)),
      new Rows((last) => candidates.memberships(upstream, last?.kind === 'membership' ? last : undefined, PAGE)),
    ]);
  }

  /** The next ones, at most `limit`; none at the end. */
  async next(limit: number): Promise<EvictionCandidate[]> {
    const found: EvictionCandidate[] = [];
    while (found.length < limit) {
      let first: { readonly rows: Rows; readonly row: EvictionCandidate } | undefined;
      for (const rows of this.#rows) {
        const row = await rows.peek();
        if (row && (!first || row.lastSeen < first.row.lastSeen)) first = { rows, row };
      }
      if (!first) break;
      first.rows.drop();
      found.push(first.row);
    }
    return found;
  }
}
