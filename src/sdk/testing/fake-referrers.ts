import type { Descriptor } from '../oci/descriptor.js';
import type { Digest } from '../oci/digest.js';
import type { RepositoryName } from '../oci/repository-name.js';
import { Referrers, type ReferrersQuery } from '../ports/referrers.js';

/** Referrers that a test puts in. */
export class FakeReferrers extends Referrers {
  private readonly held = new Map<string, Descriptor[]>();

  put(repository: RepositoryName, subject: Digest, referrer: Descriptor): void {
    const key = `${repository}@${subject}`;
    this.held.set(key, [...(this.held.get(key) ?? []), referrer]);
  }

  async list(repository: RepositoryName, subject: Digest, query: ReferrersQuery): Promise<readonly Descriptor[]> {
    const { artifactType, after, limit } = query;
    return (this.held.get(`${repository}@${subject}`) ?? [])
      .filter((one) => artifactType === undefined || one.artifactType === artifactType)
      .filter(({ digest }) => after === undefined || digest > after)
      .sort((left, right) => (left.digest < right.digest ? -1 : 1))
      .slice(0, limit);
  }
}
