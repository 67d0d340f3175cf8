export type StorageFailure = 'full' | 'denied' | 'failed';

/**
 * The disk, bucket or database under the registry refused an operation. The client learns that it failed and whether
 * there was no space; the operation, the key and the cause are for the log.
 */
export class StorageError extends Error {
  constructor(
    readonly failure: StorageFailure,
    readonly operation: string,
    readonly key: string,
    cause: unknown,
  ) {
    super(`${operation} of ${key} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'StorageError';
  }
}
