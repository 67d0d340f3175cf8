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

/** Holders that are looked at, those first that an upstream has supplied. */
const CANDIDATES = 20;
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

  /** `undefined` where none can be used. */
  async find(
    answering: Answering,
    { repository, digest, signal }: WantedBlob,
  ): Promise<SourceFinds['blob.readMiss'] | undefined> {
    const key = `${repository} ${digest}`;
    if (this.#tried.recall(key, TRIED_WITHIN)) return undefined;
    const holders = await this.blobs.holders(digest, CANDIDATES);
    const holder = holders.find(({ upstream }) => upstream === answering.registry.name);
    const info = holder && (await this.blobs.stat(holder.repository, digest));
    if (!info || !(await this.#isConfirmed(answering, { digest, size: info.size, signal }))) return undefined;
    const stream = await this.blobs.read(holder.repository, digest);
    if (!stream) return undefined;
    this.#tried.remember(key, true);
    return { stream, size: info.size, upstream: answering.registry.name };
  }

  async #isConfirmed(
    { registry, remote }: Answering,
    { signal, ...wanted }: { readonly digest: Digest; readonly size: number; readonly signal: AbortSignal },
  ): Promise<boolean> {
    const ask = { repository: remote, signal };
    return (await registry.client.ask((host) => confirmBlob(host, wanted, ask))) === 'there';
  }
}
