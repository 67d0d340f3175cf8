import { StorageError, type StorageFailure } from '@berth/sdk';

const FAILURES: Readonly<Record<string, StorageFailure>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EACCES: 'denied',
  EPERM: 'denied',
  EROFS: 'denied',
};

/** True where the file, or a folder above it, is not there. */
export function isAbsence(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR');
}

/** A failure of the file system as a StorageError; anything else as it is. */
export function fileErrorOf(cause: unknown, operation: string, name: string): unknown {
  if (!(cause instanceof Error) || !('code' in cause) || cause instanceof StorageError) return cause;
  return new StorageError(FAILURES[String(cause.code)] ?? 'failed', operation, `the plugin's file ${name}`, cause);
}
