import { Injectable } from '@nestjs/common';
import { type CounterSeries, type Digest, type GaugeSeries, Meter } from '@berth/sdk';
import { LRUCache } from 'lru-cache';
import { Manifests } from '../../metadata/manifests.js';

/** Bytes of manifests kept in memory. */
const CACHED_BYTES = 32 * 1024 * 1024;
/** A larger manifest is read each time rather than push hundreds of small ones out. */
const LARGEST_CACHED = 256 * 1024;

/** The bytes of manifests by digest, as text of one byte a character, which Node sends fastest. Never says whether a manifest is there: the database does, each time. */
@Injectable()
export class ManifestCache {
  readonly #texts = new LRUCache<Digest, string>({
    maxSize: CACHED_BYTES,
    maxEntrySize: LARGEST_CACHED,
    sizeCalculation: (text) => Math.max(1, text.length),
  });

  readonly #hits: CounterSeries;
  readonly #misses: CounterSeries;
  readonly #bytes: GaugeSeries;

  constructor(
    private readonly manifests: Manifests,
    meter: Meter,
  ) {
    const requests = meter.counter({
      name: 'berth_manifest_cache_requests_total',
      help: 'Manifests asked of the cache, by whether it had their bytes.',
    });
    this.#hits = requests.with({ result: 'hit' });
    this.#misses = requests.with({ result: 'miss' });
    this.#bytes = meter
      .gauge({ name: 'berth_manifest_cache_bytes', help: 'Bytes of manifests in the cache.' })
      .with({});
  }

  remember(digest: Digest, bytes: Uint8Array): string {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    this.#texts.set(digest, text);
    this.#bytes.set(this.#texts.calculatedSize);
    return text;
  }

  /** The text of `digest`, if it is kept. */
  get(digest: Digest): string | undefined {
    const cached = this.#texts.get(digest);
    (cached === undefined ? this.#misses : this.#hits).add();
    return cached;
  }

  /** Reads the manifest with row `id`, one character a byte; `undefined` where that has gone meanwhile. */
  async read(digest: Digest, id: number): Promise<string | undefined> {
    const bytes = await this.manifests.bytesOf(id);
    return bytes && this.remember(digest, bytes);
  }
}
