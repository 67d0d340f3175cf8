import { type DialectAdapter, SqliteAdapter, SqliteDialect } from 'kysely';

/** SQLite takes statements that change the schema inside a transaction; Kysely says that it does not. https://sqlite.org/lang_transaction.html */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** SQLite whose migrations are one transaction: one that fails, or is killed in the middle, leaves the tables as they were. */
export class TransactionalDialect extends SqliteDialect {
  override createAdapter(): DialectAdapter {
    return new TransactionalAdapter();
  }
}
