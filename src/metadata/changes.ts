import { Injectable } from '@nestjs/common';
import type { ChangeKind, Digest, RepositoryName } from '@berth/sdk';
import { Database } from './database.js';
import type { Facts } from './schema.js';

export interface Change {
  readonly at: number;
  readonly kind: ChangeKind;
  readonly repository: RepositoryName;
  readonly reference?: string;
  readonly digest?: Digest;
  readonly actor: string | undefined;
}

export interface ChangeRow {
  readonly sequence: number;
  readonly at: number;
  readonly kind: ChangeKind;
  readonly repository: RepositoryName;
  readonly reference: string | null;
  readonly digest: Digest | null;
  readonly actor: string | null;
}

/**
 * The log that indexes, event sinks and replicas follow: each fact's change, in the transaction of the fact. Changes are kept for good.
 *
 * A reader that has seen a sequence has seen every smaller one that there will ever be: on SQLite transactions run one after the other,
 * a sequence is given within them, and none is given twice. PostgreSQL counts up a sequence outside of transactions, so that 7 may be
 * committed, and read, before 6: there `record` will have to take a lock that lasts to the commit, or `list` stop below the oldest
 * transaction that still runs.
 */
@Injectable()
export class Changes {
  readonly #after;
  readonly #listeners = new Set<() => void>();
  #isRecorded = false;

  constructor(private readonly database: Database) {
    database.onCommit(() => {
      this.#tellCommitted();
    });
    this.#after = database.prepare<{ after: number; limit: number }, ChangeRow>((reader, { after, limit }) =>
      reader.selectFrom('changes').selectAll().where('sequence', '>', after).orderBy('sequence').limit(limit),
    );
  }

  async record(facts: Facts, change: Change): Promise<void> {
    this.#isRecorded = true;
    await facts
      .insertInto('changes')
      .values({
        at: change.at,
        kind: change.kind,
        repository: change.repository,
        reference: change.reference ?? null,
        digest: change.digest ?? null,
        actor: change.actor ?? null,
      })
      .execute();
  }

  /**
   * Changes after `after`, at most `limit`, in order. All of them are on disk: otherwise a power cut could take them back, and the
   * same sequences tell of other changes after it.
   */
  async list(after: number, limit: number): Promise<readonly ChangeRow[]> {
    const rows = await this.#after.all({ after, limit });
    if (rows.length > 0) await this.database.flushed();
    return rows;
  }

  /** The newest sequence, 0 where nothing was recorded yet. */
  async latest(): Promise<number> {
    const row = await this.database.reader
      .selectFrom('changes')
      .select('sequence')
      .orderBy('sequence', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (row) await this.database.flushed();
    return row?.sequence ?? 0;
  }

  /** Calls `listener` when this process has committed changes, perhaps once for many. Gives a function that ends it. */
  onCommitted(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Most commits change nothing that is followed: marks, uploads, counts. */
  #tellCommitted(): void {
    if (!this.#isRecorded) return;
    this.#isRecorded = false;
    for (const listener of this.#listeners) listener();
  }
}
