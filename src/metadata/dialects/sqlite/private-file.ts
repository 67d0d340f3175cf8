import { chmodSync, closeSync, openSync, statSync } from 'node:fs';

/** What SQLite keeps beside a database has pages of it, and takes its mode when it is made. */
const SUFFIXES = ['', '-wal', '-shm'];
const OF_OTHERS = 0o007;

/**
 * Makes the file at `path`, for its owner alone, or takes from a file that is there what it lets others do: it holds keys. What its group
 * may do stays as it is, since a backup may run as that. Throws the error of the file system.
 */
export function makePrivate(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
  for (const suffix of SUFFIXES) {
    const mode = statSync(path + suffix, { throwIfNoEntry: false })?.mode;
    if (mode !== undefined && (mode & OF_OTHERS) !== 0) restrict(path + suffix, mode & 0o7770);
  }
}

function restrict(path: string, mode: number): void {
  try {
    chmodSync(path, mode);
  } catch (cause) {
    // The file is another user's, or the file system has no modes: who may read it is then not for this process to say.
    const isNotOurs = cause instanceof Error && 'code' in cause && cause.code === 'EPERM';
    if (!isNotOurs) throw cause;
  }
}
