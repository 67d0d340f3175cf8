import { parentPort, workerData } from 'node:worker_threads';
import SqliteConnection from 'better-sqlite3';

/*
 * The thread of `LongReads`: it runs whatever query it is sent, one after the other, and answers with rows or with what
 * went wrong. Tests run this file as it stands, by Node itself, so it imports nothing of ours.
 */
interface Question {
  readonly id: number;
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** Statements that are kept compiled: a search has a few hundred shapes. */
const KEPT_STATEMENTS = 200;

const connection = new SqliteConnection(String(workerData), { readonly: true, fileMustExist: true, timeout: 1000 });
connection.pragma('cache_size = -32000');
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

parentPort?.on('message', ({ id, sql, parameters }: Question) => {
  try {
    parentPort?.postMessage({ id, rows: prepared(sql).all(...parameters) });
  } catch (cause) {
    const { message, code } = cause as { readonly message?: string; readonly code?: string };
    parentPort?.postMessage({ id, message: String(message), code });
  }
});
