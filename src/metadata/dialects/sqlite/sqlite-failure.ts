import { StorageError, type StorageFailure } from '@berth/sdk';

const FAILURES: readonly [RegExp, StorageFailure][] = [
  [/^(SQLITE_FULL|ENOSPC|EDQUOT)/, 'full'],
  [/^(SQLITE_READONLY|SQLITE_PERM|SQLITE_AUTH|EACCES|EPERM|EROFS)/, 'denied'],
  [/^(SQLITE_|E[A-Z]+$)/, 'failed'],
];

/** An error of SQLite or of its files as a StorageError; any other error (a rule's, a bug's) as it is. */
export function storageErrorOf(cause: unknown, operation: string): Error {
  if (!(cause instanceof Error)) return new Error(String(cause));
  if (cause instanceof StorageError || !('code' in cause)) return cause;
  const code = String(cause.code);
  const failure = FAILURES.find(([pattern]) => pattern.test(code))?.[1];
  return failure === undefined ? cause : new StorageError(failure, operation, 'the database', cause);
}
