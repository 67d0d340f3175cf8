import type { Expression, Kysely, SqlBool } from 'kysely';
import type { IndexTables } from '../tables/index-tables.js';

/** What has words: a manifest those of its labels and annotations, an image those of its tag. */
export type TextSubject = 'manifest' | 'image';

export interface Text {
  /** Of the row of `manifests` or `images`. */
  readonly id: number;
  readonly words: string;
}

/** Words and where they stand: what each dialect does in its own way, in tables of its own, which the migrations make. */
export abstract class FullText {
  /** Puts the words of some rows in place of those they had. */
  abstract put(tables: Kysely<IndexTables>, subject: TextSubject, texts: readonly Text[]): Promise<void>;
  abstract remove(tables: Kysely<IndexTables>, subject: TextSubject, ids: readonly number[]): Promise<void>;
  /**
   * True of the rows in whose text the words of `phrase` stand beside each other, of the last at least the beginning.
   * `id`: the column that holds the row's id. Nothing in `phrase` is syntax.
   */
  abstract contains(id: Expression<number>, subject: TextSubject, phrase: string): Expression<SqlBool>;
}
