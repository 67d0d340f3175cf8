import type { RepositoryName } from '../oci/repository-name.js';

export interface RepositoryInfo {
  readonly name: RepositoryName;
  readonly store: string;
  /** The upstream it mirrors; `undefined` for a repository that is pushed to. */
  readonly upstream: string | undefined;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Bytes of the blobs that it holds. */
  readonly bytes: number;
}

/** The repositories there are, in the order of their names (by code unit). */
export abstract class RepositoryCatalog {
  abstract find(name: RepositoryName): Promise<RepositoryInfo | undefined>;
  /** At most `limit` repositories that come after `after`. */
  abstract list(after: RepositoryName | undefined, limit: number): Promise<readonly RepositoryInfo[]>;
  /**
   * Bytes of all blobs held in `prefix` itself and in every repository below it; a blob that two of them hold counts twice. What an
   * upload has brought so far does not count.
   */
  abstract bytesBelow(prefix: RepositoryName): Promise<number>;
}
