import type { Descriptor } from '../oci/descriptor.js';
import type { Digest } from '../oci/digest.js';
import type { RepositoryName } from '../oci/repository-name.js';

export interface ReferrersQuery {
  readonly artifactType?: string;
  readonly after?: Digest;
  readonly limit: number;
}

/** Manifests whose `subject` is another one: signatures, SBOMs. spec.md#listing-referrers */
export abstract class Referrers {
  /** Descriptors as a referrers response has them, in the order of their digests. */
  abstract list(repository: RepositoryName, subject: Digest, query: ReferrersQuery): Promise<readonly Descriptor[]>;
}
