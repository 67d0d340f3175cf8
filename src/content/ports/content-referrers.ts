import { Injectable } from '@nestjs/common';
import { type Descriptor, type Digest, Referrers, type ReferrersQuery, type RepositoryName } from '@berth/sdk';
import { Referrers as ReferrerRows } from '../../metadata/referrers.js';
import { descriptorOf } from '../referrers/referrer-descriptor.js';

@Injectable()
export class ContentReferrers extends Referrers {
  constructor(private readonly rows: ReferrerRows) {
    super();
  }

  async list(
    repository: RepositoryName,
    subject: Digest,
    { artifactType, after, limit }: ReferrersQuery,
  ): Promise<readonly Descriptor[]> {
    const artifactTypes = artifactType === undefined ? [] : [artifactType];
    const rows = await this.rows.list({ repository, subject, artifactTypes, last: after, limit });
    return rows.map(descriptorOf);
  }
}
