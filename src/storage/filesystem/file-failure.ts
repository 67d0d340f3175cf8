import { StorageError, type StorageFailure } from '@berth/sdk';

const FAILURES: Readonly<Record<string, StorageFailure>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EFBIG: 'full',
  EACCES: 'denied',
  EPERM: 'denied',
  EROFS: 'denied',
};

export function isAbsent(cause: unknown): boolean {
  return codeOf(cause) === 'ENOENT';
}

export function isThere(cause: unknown): boolean {
  return codeOf(cause) === 'EEXIST';
}

/** An error of the operating system as a StorageError; any other, such as an abort, as it is. */
export function storageErrorOf(cause: unknown, operation: string, key: string): Error {
  if (!(cause instanceof Error)) return new Error(String(cause));
  const code = codeOf(cause);
  if (cause instanceof StorageError || code === undefined || !('syscall' in cause)) return cause;
  return new StorageError(FAILURES[code] ?? 'failed', operation, key, cause);
}

function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
}
