import { Injectable } from '@nestjs/common';
import { type Digest, RegistryError, type RepositoryName } from '@berth/sdk';
import { Blobs, type HeldBlobRow } from '../../metadata/blobs.js';
import { HookRunner } from '../../plugin-host/hook-runner.js';
import type { OpenBlob } from '../../storage/blob-storage.js';
import { BlobStores } from '../../storage/blob-stores.js';
import type { ContentContext } from '../content-context.js';
import { InUse } from '../eviction/in-use.js';
import { LastSeen } from '../last-seen.js';
import type { Supply } from '../mirror-meter.js';
import { BlobRemoval } from './blob-removal.js';
import { MissingBlobs, type OpenedBlob } from './missing-blobs.js';
import { PinnedBlob } from './pinned-blob.js';

export interface BlobDescription {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

export interface PulledBlob extends BlobDescription, Supply {
  readonly blob: OpenBlob;
}

@Injectable()
export class BlobService {
  constructor(
    private readonly blobs: Blobs,
    private readonly stores: BlobStores,
    private readonly lastSeen: LastSeen,
    private readonly missing: MissingBlobs,
    private readonly inUse: InUse,
    private readonly removal: BlobRemoval,
    private readonly hooks: HookRunner,
  ) {}

  /**
   * What the repository holds under a digest, or a source has: BLOB_UNKNOWN where neither does. The blob counts as seen from now on.
   * end-2 HEAD
   */
  async stat(repository: RepositoryName, digest: Digest, context: ContentContext): Promise<BlobDescription> {
    const held = await this.blobs.findHeld(repository, digest);
    if (held) {
      const { repositoryId, lastSeen, size } = held;
      if (await this.lastSeen.blob({ repositoryId, digest, lastSeen })) return { digest, size };
    }
    const missing = await this.missing.stat(repository, digest, context);
    if (missing === undefined) throw blobUnknown(repository, digest);
    return { digest, size: missing };
  }

  /**
   * The blob, open for reading; whoever takes it closes it. BLOB_UNKNOWN where the repository does not hold it and no source has it,
   * UpstreamUnavailable where one may.
   */
  async open(repository: RepositoryName, digest: Digest, context: ContentContext): Promise<PulledBlob> {
    const pin = this.inUse.holdBlob(digest);
    let opened: OpenedBlob | undefined;
    try {
      opened = (await this.#openHeld(repository, digest)) ?? (await this.missing.open(repository, digest, context));
      if (!opened) throw blobUnknown(repository, digest);
    } finally {
      if (!opened) pin[Symbol.dispose]();
    }
    const { size } = opened;
    this.hooks.notify('blob.pulled', { repository, digest, size }, context);
    return { ...opened, digest, blob: new PinnedBlob(opened.blob, pin) };
  }

  /** BLOB_UNKNOWN where the repository does not hold it; DENIED (405) while a manifest names it. end-10 */
  async delete(repository: RepositoryName, digest: Digest, context: ContentContext): Promise<void> {
    const { repositoryId } = await this.#held(repository, digest);
    const isGone = await this.removal.remove({ id: repositoryId, name: repository }, digest, context);
    if (!isGone) throw blobUnknown(repository, digest);
    this.hooks.notify('blob.deleted', { repository, digest, reason: 'request' }, context);
  }

  async #openHeld(repository: RepositoryName, digest: Digest): Promise<OpenedBlob | undefined> {
    let held = await this.blobs.findHeld(repository, digest);
    if (!held) return undefined;
    let blob = await this.stores.get(held.store).open(held.location);
    if (!blob) {
      // Replaced, quarantined, or collected and pushed again between the row and the file.
      held = await this.blobs.findHeld(repository, digest);
      if (!held) return undefined;
      blob = await this.stores.get(held.store).open(held.location);
    }
    if (!blob) throw new Error(`The bytes of ${digest} are gone from ${held.location}.`);
    return { size: held.size, blob, upstream: held.upstream, isHeld: true };
  }

  async #held(repository: RepositoryName, digest: Digest): Promise<HeldBlobRow> {
    const held = await this.blobs.findHeld(repository, digest);
    if (!held) throw blobUnknown(repository, digest);
    return held;
  }
}

export function blobUnknown(repository: RepositoryName, digest: Digest): RegistryError {
  return new RegistryError('BLOB_UNKNOWN', { detail: { repository, digest } });
}
