import { Injectable } from '@nestjs/common';
import type { Digest } from '@berth/sdk';
import { LRUCache } from 'lru-cache';
import { Manifests } from '../../metadata/manifests.js';

/** Bytes of manifests kept in memory. */
const CACHED_BYTES = 32 * 1024 * 1024;
/** A larger manifest is read each time rather than push hundreds of small ones out. */
const LARGEST_CACHED = 256 * 1024;

/** The bytes of manifests by digest. Never says whether a manifest is there: the database does, each time. */
@Injectable()
export class ManifestCache {
  readonly #bytes = new LRUCache<Digest, Uint8Array>({
    maxSize: CACHED_BYTES,
    maxEntrySize: LARGEST_CACHED,
    sizeCalculation: (bytes) => Math.max(1, bytes.byteLength),
  });

  constructor(private readonly manifests: Manifests) {}

  remember(digest: Digest, bytes: Uint8Array): void {
    this.#bytes.set(digest, bytes);
  }

  /** The bytes of the manifest with row `id`, or `undefined` where that has gone meanwhile. */
  async bytesOf(digest: Digest, id: number): Promise<Uint8Array | undefined> {
    const cached = this.#bytes.get(digest);
    if (cached) return cached;
    const bytes = await this.manifests.bytesOf(id);
    if (bytes) this.remember(digest, bytes);
    return bytes;
  }
}
