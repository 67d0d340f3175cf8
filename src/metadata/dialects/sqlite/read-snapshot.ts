import type SqliteConnection from 'better-sqlite3';

/**
 * Keeps the reader inside one transaction for as long as nothing is committed, since beginning one takes and drops two file
 * locks, which costs more than a look-up. The root lock makes this process the only writer, so the commit queue knows when a
 * snapshot has become old, and ends it before it commits: a reader sees every commit, and no old snapshot holds the log.
 */
export class ReadSnapshot {
  #isOpen = false;

  constructor(private readonly connection: SqliteConnection.Database) {}

  /** To be called before each read. */
  ensure(): void {
    if (this.#isOpen) return;
    this.connection.exec('BEGIN');
    this.#isOpen = true;
  }

  /** To be called before each commit. */
  end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.connection.exec('COMMIT');
  }
}
