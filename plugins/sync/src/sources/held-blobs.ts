import { Injectable } from '@nestjs/common';
import { BlobStore, Clock, type Digest, type RepositoryName, type SourceFinds } from '@berth/sdk';
import { BoundedMemory } from '../mirror/bounded-memory.js';
import type { Answering } from '../mirror/registries.js';
import { confirmBlob } from '../upstream/confirm-blob.js';

export interface WantedBlob {
  readonly repository: RepositoryName;
  readonly digest: Digest;
  readonly signal: AbortSignal;
}

/** Milliseconds for which a blob that was taken from here is not taken from here again: it was not kept, or is damaged. */
const TRIED_WITHIN = 600_000;

/**
 * Blobs that repositories of another store hold. They are copied where the same upstream supplied them, and confirms that it has them in
 * the repository that is asked for: else its manifest could name what is private elsewhere, and have it.
 */
@Injectable()
export class HeldBlobs {
  readonly #tried;

  constructor(
    private readonly blobs: BlobStore,
    clock: Clock,
  ) {
    this.#tried = new BoundedMemory<true>(clock);
  }

  /** `undefined` where none can be used; `absent` where the upstream does not have it in the repository that is asked for. */
  async find(
    { registry, remote }: Answering,
    { repository, digest, signal }: WantedBlob,
  ): Promise<SourceFinds['blob.readMiss'] | 'absent' | undefined> {
    const key = `${repository} ${digest}`;
    if (this.#tried.recall(key, TRIED_WITHIN)) return undefined;
    const upstream = registry.name;
    const holder = await this.blobs.suppliedElsewhere({ repository, upstream, digest });
    const size = holder && (await this.blobs.stat(holder, digest))?.size;
    if (holder === undefined || size === undefined) return undefined;
    const ask = { repository: remote, signal };
    const said = await registry.client.ask((host) => confirmBlob(host, { digest, size }, ask));
    if (said !== 'there') return said === 'absent' ? said : undefined;
    const stream = await this.blobs.read(holder, digest);
    if (!stream) return undefined;
    this.#tried.remember(key, true);
    return { stream, size, upstream };
  }
}
