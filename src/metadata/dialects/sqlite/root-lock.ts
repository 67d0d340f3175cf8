import { readFile, rename, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import SqliteConnection from 'better-sqlite3';
import { MetadataError } from '../../metadata-error.js';

/**
 * One server to a root directory. The lock is an open write transaction on a file of its own, so that the kernel frees it
 * however the process ends; a file beside it names the holder for the one that is refused.
 */
export class RootLock {
  readonly #connection: SqliteConnection.Database;

  private constructor(connection: SqliteConnection.Database) {
    this.#connection = connection;
  }

  /** Takes the lock of `folder`, or throws MetadataError naming who has it. */
  static async take(folder: string): Promise<RootLock> {
    const holderFile = join(folder, 'berth.lock.holder');
    const connection = new SqliteConnection(join(folder, 'berth.lock'), { timeout: 0 });
    try {
      connection.exec('BEGIN EXCLUSIVE');
    } catch (cause) {
      connection.close();
      if (!isBusy(cause)) throw cause;
      throw new MetadataError(
        `${folder} is in use by another server (${await describeHolder(holderFile)}). Two servers must not share a root ` +
          `directory: stop the other one, or give this one its own storage.rootDirectory.`,
        { cause },
      );
    }
    const lock = new RootLock(connection);
    try {
      await signHolder(holderFile);
    } catch (cause) {
      lock.release();
      throw cause;
    }
    return lock;
  }

  release(): void {
    this.#connection.exec('ROLLBACK');
    this.#connection.close();
  }
}

async function signHolder(holderFile: string): Promise<void> {
  const holder = `process ${String(process.pid)} on ${hostname()}, since ${new Date().toISOString()}`;
  await writeFile(`${holderFile}.new`, holder);
  await rename(`${holderFile}.new`, holderFile);
}

async function describeHolder(holderFile: string): Promise<string> {
  try {
    return await readFile(holderFile, 'utf8');
  } catch {
    return 'which has not written its name yet';
  }
}

export function isBusy(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && String(cause.code).startsWith('SQLITE_BUSY');
}
