import SqliteConnection from 'better-sqlite3';
import { MetadataError } from '../../metadata-error.js';
import { makePrivate } from './private-file.js';
import { storageErrorOf } from './sqlite-failure.js';

/** Opens or makes the file for writing, in write-ahead mode. Throws MetadataError. */
export function connect(path: string): SqliteConnection.Database {
  let connection: SqliteConnection.Database | undefined;
  try {
    makePrivate(path);
    connection = new SqliteConnection(path, { timeout: 5 });
    connection.pragma('journal_mode = WAL');
    // The log is flushed by WriteAheadLog, off the event loop; SQLite itself flushes around checkpoints.
    connection.pragma('synchronous = NORMAL');
    connection.pragma('foreign_keys = ON');
    return connection;
  } catch (cause) {
    // What is no database is found out only once it is open.
    connection?.close();
    throw new MetadataError(`Cannot open ${path}: ${storageErrorOf(cause, 'open').message}`, { cause });
  }
}

/** Opens a file that is there for reading only. Throws MetadataError. */
export function connectForReading(path: string): SqliteConnection.Database {
  try {
    return new SqliteConnection(path, { readonly: true, fileMustExist: true, timeout: 5 });
  } catch (cause) {
    throw new MetadataError(`Cannot open ${path}: ${String(cause)}`, { cause });
  }
}
