import { Injectable } from '@nestjs/common';
import { type Descriptor, type Digest, MANIFEST_MAX_BYTES, type RepositoryName } from '@berth/sdk';
import { type ReferrerRow, Referrers } from '../../metadata/referrers.js';
import { descriptorOf } from './referrer-descriptor.js';

export interface ReferrersRequest {
  readonly repository: RepositoryName;
  readonly subject: Digest;
  /** Only these; empty: all. */
  readonly artifactTypes: readonly string[];
  readonly last: string | undefined;
}

export interface ReferrersPage {
  readonly manifests: readonly Descriptor[];
  /** The digest to go on after, or `undefined` at the end. */
  readonly next: Digest | undefined;
}

const PAGE_ENTRIES = 500;
/** Rows read at a time: each may carry annotations of 4 MiB. */
const BATCH = 32;
/** A page must stay readable for clients that take no index over 4 MiB. Bytes of JSON. */
const PAGE_BYTES = MANIFEST_MAX_BYTES - 64 * 1024;

@Injectable()
export class ReferrersService {
  constructor(private readonly referrers: Referrers) {}

  /** What names `subject`, in the order of digests: none for a subject or a repository nobody knows. end-12 */
  async list({ repository, subject, artifactTypes, last }: ReferrersRequest): Promise<ReferrersPage> {
    const manifests: Descriptor[] = [];
    let bytes = 0;
    let rows: readonly ReferrerRow[];
    let after = last;
    do {
      rows = await this.referrers.list({ repository, subject, artifactTypes, last: after, limit: BATCH });
      for (const row of rows) {
        bytes += 400 + Buffer.byteLength(row.annotations ?? '');
        const isFull = manifests.length === PAGE_ENTRIES || (bytes > PAGE_BYTES && manifests.length > 0);
        if (isFull) return { manifests, next: manifests.at(-1)?.digest };
        manifests.push(descriptorOf(row));
        after = row.digest;
      }
    } while (rows.length === BATCH);
    return { manifests, next: undefined };
  }
}
