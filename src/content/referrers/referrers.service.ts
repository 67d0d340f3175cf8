import { Injectable } from '@nestjs/common';
import { type Descriptor, type Digest, MANIFEST_MAX_BYTES, type RepositoryName } from '@berth/sdk';
import { Referrers } from '../../metadata/referrers.js';
import type { ContentContext } from '../content-context.js';
import { descriptorOf } from './referrer-descriptor.js';
import { ReferrerSource } from './referrer-source.js';

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
  /** True where an upstream could not be asked, so that some may be missing. */
  readonly isStale: boolean;
}

const PAGE_ENTRIES = 500;
/** Rows read at a time: each may carry annotations of 4 MiB. */
const BATCH = 32;
/** A page must stay readable for clients that take no index over 4 MiB. Bytes of JSON. */
const PAGE_BYTES = MANIFEST_MAX_BYTES - 64 * 1024;

@Injectable()
export class ReferrersService {
  constructor(
    private readonly referrers: Referrers,
    private readonly source: ReferrerSource,
  ) {}

  /** What names `subject`, here or where a source looks, in the order of digests: none for a subject or a repository nobody knows. end-12 */
  async list(request: ReferrersRequest, context: ContentContext): Promise<ReferrersPage> {
    const { descriptors, isStale } = await this.source.find(request.repository, request.subject, context);
    const { artifactTypes, last } = request;
    const foreign = descriptors.filter(
      ({ digest, artifactType = '' }) =>
        (last === undefined || digest > last) && (artifactTypes.length === 0 || artifactTypes.includes(artifactType)),
    );
    const manifests: Descriptor[] = [];
    let bytes = 0;
    for await (const descriptor of merged(this.#held(request), foreign)) {
      bytes += 400 + (descriptor.annotations ? Buffer.byteLength(JSON.stringify(descriptor.annotations)) : 0);
      const isFull = manifests.length === PAGE_ENTRIES || (bytes > PAGE_BYTES && manifests.length > 0);
      if (isFull) return { manifests, next: manifests.at(-1)?.digest, isStale };
      manifests.push(descriptor);
    }
    return { manifests, next: undefined, isStale };
  }

  async *#held({ last, ...request }: ReferrersRequest): AsyncGenerator<Descriptor> {
    for (let after = last; ;) {
      const rows = await this.referrers.list({ ...request, last: after, limit: BATCH });
      for (const row of rows) yield descriptorOf(row);
      if (rows.length < BATCH) return;
      after = rows.at(-1)?.digest;
    }
  }
}

/** Both in the order of digests; of what is in both, what is held. */
async function* merged(held: AsyncIterable<Descriptor>, foreign: readonly Descriptor[]): AsyncGenerator<Descriptor> {
  let at = 0;
  for await (const descriptor of held) {
    for (let next = foreign[at]; next && next.digest <= descriptor.digest; next = foreign[++at]) {
      if (next.digest !== descriptor.digest) yield next;
    }
    yield descriptor;
  }
  yield* foreign.slice(at);
}
