import { parentPort, workerData } from 'node:worker_threads';
import SqliteConnection from 'better-sqlite3';

/*
 * The thread of `QueryThread`: it runs whatever statement it is sent, one after the other, and answers with rows or with
 * what went wrong. Tests run this file as it stands, by Node itself, so it imports nothing of ours.
 */
interface Question {
  readonly id: number;
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

interface ThreadData {
  readonly path: string;
  readonly isReader: boolean;
}

/** Statements that are kept compiled: a search has a few hundred shapes. */
const KEPT_STATEMENTS = 200;
/** How long another connection may write before a transaction gives up, in milliseconds. */
const BUSY_TIME = 10_000;

const { path, isReader } = workerData as ThreadData;
const connection = new SqliteConnection(path, { readonly: isReader, fileMustExist: true, timeout: BUSY_TIME });
connection.pragma('cache_size = -32000');
if (!isReader) {
  connection.pragma('synchronous = NORMAL');
  connection.pragma('foreign_keys = ON');
  // What many transactions change goes into the file once.
  connection.pragma('wal_autocheckpoint = 16384');
  connection.pragma('cache_size = -64000');
}
const statements = new Map<string, SqliteConnection.Statement>();

function prepared(sql: string): SqliteConnection.Statement {
  const statement = statements.get(sql) ?? connection.prepare(sql);
  // The one that was used longest ago comes first.
  statements.delete(sql);
  statements.set(sql, statement);
  const [oldest] = statements.keys();
  if (statements.size > KEPT_STATEMENTS && oldest !== undefined) statements.delete(oldest);
  return statement;
}

function answerTo({ sql, parameters }: Question): { readonly rows: unknown[]; readonly changes?: number } {
  // A full disk makes SQLite roll back by itself.
  if (sql === 'rollback' && !connection.inTransaction) return { rows: [] };
  const statement = prepared(sql);
  if (statement.reader) return { rows: statement.all(...parameters) };
  return { rows: [], changes: statement.run(...parameters).changes };
}

parentPort?.on('message', (question: Question) => {
  const { id } = question;
  try {
    parentPort?.postMessage({ id, ...answerTo(question) });
  } catch (cause) {
    const { message, code } = cause as { readonly message?: string; readonly code?: string };
    parentPort?.postMessage({ id, message: String(message), code });
  }
});
