import { Injectable } from '@nestjs/common';
import { BlobStore, Clock, PluginLogger, type StoredBlob } from '@berth/sdk';
import type { Finding } from './blob-check.js';
import { DamageRecord, type DamagedBlob } from './damage-record.js';
import { ScrubMetrics } from './scrub-metrics.js';

/** Manifests that are named of a damaged blob, and tags of each. */
const NAMED_IMAGES = 20;
const NAMED_TAGS = 10;

/** Takes damaged blobs out of service, tells of them, and has them repaired where somebody can. */
@Injectable()
export class DamagedBlobs {
  constructor(
    private readonly blobs: BlobStore,
    private readonly record: DamageRecord,
    private readonly metrics: ScrubMetrics,
    private readonly clock: Clock,
    private readonly logger: PluginLogger,
  ) {}

  /** What became of it, or `undefined` where it was collected or replaced meanwhile: then nothing is damaged. */
  async takeOut(blob: StoredBlob, finding: Finding, signal: AbortSignal): Promise<DamagedBlob | undefined> {
    const { digest, store, size } = blob;
    // A disk that refuses says nothing of the bytes: to take all of them out of service would make it worse.
    const isProven = finding.problem !== 'unreadable';
    if (isProven && !(await this.blobs.quarantine(blob))) return undefined;
    const now = this.clock.now();
    const damaged = { store, digest, size, ...finding, foundAt: now, seenAt: now, images: await this.#imagesOf(blob) };
    this.metrics.damaged(finding.problem);
    this.logger.error(isProven ? 'a stored blob is damaged' : 'a stored blob cannot be read', {
      store,
      digest,
      ...finding,
      images: damaged.images,
    });
    await this.record.found(damaged);
    return isProven ? this.#repair(damaged, signal) : damaged;
  }

  /** Tries again to repair one that an earlier pass took out of service. */
  async retry({ store, digest, size }: StoredBlob, signal: AbortSignal): Promise<DamagedBlob> {
    const now = this.clock.now();
    const { blobs } = await this.record.list();
    const known = blobs.find((blob) => blob.store === store && blob.digest === digest && blob.repairedAt === undefined);
    const damaged = {
      store,
      digest,
      size,
      problem: known?.problem ?? ('digest' as const),
      message: known?.message ?? 'it was taken out of service before',
      foundAt: known?.foundAt ?? now,
      seenAt: now,
      images: await this.#imagesOf({ store, digest }),
    };
    await this.record.found(damaged);
    return this.#repair(damaged, signal);
  }

  async #repair(damaged: DamagedBlob, signal: AbortSignal): Promise<DamagedBlob> {
    const { store, digest } = damaged;
    const outcome = await this.blobs.repair({ store, digest }, { signal });
    if (outcome !== 'repaired') {
      this.logger.warn('a damaged blob waits to be pushed again', { store, digest, sources: outcome });
      return damaged;
    }
    const repairedAt = this.clock.now();
    this.logger.info('a damaged blob is whole again', { store, digest });
    await this.record.repaired(damaged, repairedAt);
    return { ...damaged, repairedAt };
  }

  async #imagesOf(key: Pick<StoredBlob, 'store' | 'digest'>): Promise<DamagedBlob['images']> {
    const images = await this.blobs.affected(key, NAMED_IMAGES);
    return images.map(({ tags, ...image }) => ({ ...image, tags: tags.slice(0, NAMED_TAGS) }));
  }
}
