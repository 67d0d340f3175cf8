import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import {
  algorithmOf,
  type Digest,
  type FillEnd,
  type FoundBlob,
  type RepositoryName,
  type SourceResult,
  StorageError,
} from '@berth/sdk';
import { RegistryLogger } from '../../logging/registry-logger.js';
import { Repositories } from '../../metadata/repositories.js';
import { HookRunner } from '../../plugin-host/hook-runner.js';
import { BlobStores } from '../../storage/blob-stores.js';
import type { ContentContext } from '../content-context.js';
import { CacheRoom } from '../eviction/cache-room.js';
import type { Room } from '../eviction/room.js';
import { MirrorMeter } from '../mirror-meter.js';
import { UpstreamUnavailable } from '../upstream-unavailable.js';
import { Digesting } from './digesting.js';
import { FillKeeping } from './fill-keeping.js';
import { FillLimits } from './fill-limits.js';
import { type FillUpload, FillUploads } from './fill-uploads.js';
import { HeldBytesReuse } from './held-bytes-reuse.js';
import { type GrowingBlob, WITHHELD_BYTES } from './growing-blob.js';
import { UpstreamBytes } from './upstream-bytes.js';
import { WrongBlob } from './wrong-blob.js';

export interface WantedBlob {
  readonly repository: RepositoryName;
  readonly digest: Digest;
  /** The only one that is to be asked; absent: whoever answers for the repository. */
  readonly upstream?: string;
}

/** What waits between the source and the file. */
const FLOWING_BYTES = 256 * 1024;

/** `kept`: the repository holds it now. `unkept`: those who followed it have it, and nobody else. */
export type FillOutcome = 'kept' | 'unkept' | 'absent';

/** One blob on its way here. */
interface Fill extends WantedBlob {
  readonly blob: GrowingBlob;
  readonly source: UpstreamBytes;
  readonly context: ContentContext;
  /** Where it is written, as long as it can be. */
  upload: FillUpload | undefined;
  /** Made for it, as far as its size was known. */
  room: Room | undefined;
  /** The last thing that was asked of the source. */
  pulling: Promise<unknown>;
}

/**
 * Fetches one blob from whoever answers `blob.readMiss`: its bytes are followed as they come, and once they are verified the
 * repository holds them.
 */
@Injectable()
export class BlobFill {
  constructor(
    private readonly repositories: Repositories,
    private readonly uploads: FillUploads,
    private readonly keeping: FillKeeping,
    private readonly reuse: HeldBytesReuse,
    private readonly stores: BlobStores,
    private readonly cacheRoom: CacheRoom,
    private readonly hooks: HookRunner,
    private readonly limits: FillLimits,
    private readonly meter: MirrorMeter,
    private readonly logger: RegistryLogger,
  ) {}

  /** `blob`: what those who wait for it follow. Rejects with UpstreamUnavailable where an upstream may have it and does not give it. */
  async fill(wanted: WantedBlob, blob: GrowingBlob, context: ContentContext): Promise<FillOutcome> {
    const upload = await this.uploads.resume(wanted.repository, wanted.digest, context.signal);
    if (upload) blob.keepIn(upload.file, upload.kept);
    const offer = upload ? undefined : await this.reuse.offer(wanted, context);
    if (offer === 'kept') {
      await blob.end();
      return 'kept';
    }
    const source = this.#sourceOf(wanted, upload, offer, context);
    const fill: Fill = { ...wanted, blob, source, context, upload, room: undefined, pulling: Promise.resolve() };
    try {
      if (!(await this.#begin(fill))) {
        if (upload) await this.uploads.leave(upload);
        return 'absent';
      }
      const end = await this.#bring(fill);
      this.meter.of(source.upstream).fills[end].add();
      return end === 'kept' ? 'kept' : 'unkept';
    } catch (cause) {
      blob.fail(cause instanceof Error ? cause : new Error(String(cause)));
      await this.#fail(fill, cause);
      throw cause;
    } finally {
      fill.room?.[Symbol.dispose]();
      source.close();
      await blob.end();
    }
  }

  #sourceOf(
    { repository, digest, upstream: only }: WantedBlob,
    upload: FillUpload | undefined,
    offer: SourceResult<FoundBlob> | undefined,
    context: ContentContext,
  ): UpstreamBytes {
    const started = performance.now();
    let first = offer;
    const missing = { repository, digest, ...(only !== undefined && { upstream: only }) };
    return new UpstreamBytes({
      digest,
      ask: async (offset) => {
        const said = first ?? (await this.#ask(missing, offset, context));
        first = undefined;
        return said;
      },
      hash: upload?.hash ?? new Digesting(algorithmOf(digest)),
      offset: upload?.kept ?? 0,
      limits: this.limits,
      signal: context.signal,
      onBroken: (upstream, cause) => {
        this.logger.warn(
          { repository, digest, upstream, err: cause },
          'a transfer of a blob from an upstream broke off',
        );
      },
      onFirstByte: (upstream) => {
        this.meter.of(upstream).firstByte.observe((performance.now() - started) / 1000);
      },
      onBytes: (upstream, length) => {
        this.meter.of(upstream).received.add(length);
      },
    });
  }

  async #ask(missing: WantedBlob, offset: number, context: ContentContext): Promise<SourceResult<FoundBlob>> {
    const result = await this.hooks.source('blob.readMiss', { ...missing, offset }, context);
    if (result.outcome !== 'found') return result;
    const { found } = result;
    // It was told of no bytes that it could mean.
    if ('isConfirmed' in found) return { outcome: 'unavailable', upstream: found.upstream };
    return { outcome: 'found', found };
  }

  /** False where nobody has it. */
  async #begin({ source, upload, repository, blob }: Fill): Promise<boolean> {
    // The server was killed when all of it was here.
    const upstream = upload && source.isComplete ? (await this.repositories.find(repository))?.upstream : undefined;
    if (upstream != null) source.assumeWhole(upstream);
    else if (!(await source.begin())) return false;
    blob.expect(source.upstream, source.size);
    return true;
  }

  async #bring(fill: Fill): Promise<FillEnd> {
    const { size } = fill.source;
    if (size !== undefined && !(await this.#makeRoom(fill, size))) {
      const { repository, digest, source } = fill;
      this.logger.warn(
        { repository, digest, upstream: source.upstream, size },
        'there is no room for a blob from an upstream: it is passed on',
      );
      return this.#passOn(fill, 'overfull');
    }
    const failure = await this.#store(fill);
    if (failure === undefined && fill.upload) return this.#keep(fill, fill.upload);
    this.logger.error(
      { repository: fill.repository, digest: fill.digest, err: failure },
      'a blob from an upstream cannot be stored and is passed on',
    );
    return this.#passOn(fill, 'unwritable', failure);
  }

  /** False where it cannot be kept. */
  async #makeRoom(fill: Fill, size: number): Promise<boolean> {
    const { repository, digest, source, context } = fill;
    const { upstream } = source;
    const store = await this.uploads.storeOf(repository, upstream);
    fill.room = await this.cacheRoom.take({ upstream, store, digest, size }, context.signal);
    fill.room?.begin(fill.upload?.kept ?? 0);
    return fill.room !== undefined;
  }

  async #pull({ source, blob }: Fill): Promise<Uint8Array | undefined> {
    const bytes = await source.next();
    if (bytes) blob.push(bytes);
    else blob.complete(source.received);
    return bytes;
  }

  /** Writes all of it. Gives why it cannot be written; what has come and is not written is in memory then. */
  async #store(fill: Fill): Promise<Error | undefined> {
    const { blob, context } = fill;
    try {
      const upload = (fill.upload ??= await this.#newUpload(fill));
      await this.stores.get(upload.session.store).append(upload.session.id, this.#streamOf(fill), {
        offset: upload.kept,
        signal: context.signal,
        onBytes: () => undefined,
        onWritten: (length) => {
          blob.wrote(length);
          fill.room?.wrote(length);
        },
        // Who follows reads it from the file from now on.
        onReleased: (bytes) => {
          fill.source.release(bytes);
        },
      });
      return undefined;
    } catch (cause) {
      await fill.pulling;
      const isOurs = cause instanceof StorageError || fill.upload === undefined;
      if (!isOurs || context.signal.aborted || !(cause instanceof Error)) throw cause;
      return cause;
    }
  }

  async #newUpload({ repository, digest, blob, source: { upstream } }: Fill): Promise<FillUpload> {
    const upload = await this.uploads.begin({ repository, digest, upstream });
    blob.keepIn(upload.file, 0);
    return upload;
  }

  /** Its bytes as a stream. That the storage gives that up does not end the transfer. */
  #streamOf(fill: Fill): Readable {
    const pull = (): Promise<Uint8Array | undefined> => this.#pull(fill);
    return new Readable({
      highWaterMark: FLOWING_BYTES,
      read() {
        // What is here already is not worth a promise for each piece. Whoever has got one asks again.
        const bytes = fill.source.take();
        if (bytes) {
          fill.blob.push(bytes);
          this.push(bytes);
          return;
        }
        fill.pulling = pull().then(
          (bytes) => this.push(bytes ?? null),
          (cause: unknown) => this.destroy(cause instanceof Error ? cause : new Error(String(cause))),
        );
      },
    });
  }

  async #keep(fill: Fill, upload: FillUpload): Promise<FillEnd> {
    const { repository, digest, source, context } = fill;
    const { received: size, upstream } = source;
    fill.upload = undefined;
    // Only now is it known how large it is.
    if (!fill.room && !(await this.#makeRoom(fill, size))) {
      await this.keeping.giveUp(upload, 'cancelled', context);
      return 'overfull';
    }
    return this.keeping.keep({ repository, digest, upload, size, upstream }, context);
  }

  /** Gives it to those who follow, and to nobody else, at the pace of the slowest. */
  async #passOn(fill: Fill, end: 'overfull' | 'unwritable', failure?: Error): Promise<FillEnd> {
    const { blob, upload } = fill;
    fill.upload = undefined;
    if (upload) await this.keeping.giveUp(upload, end === 'overfull' ? 'cancelled' : 'failed', fill.context);
    do {
      if (await blob.room(this.limits.windowBytes, this.limits.stallTime)) continue;
      throw failure ?? new Error('Nobody waits for the blob.');
    } while (await this.#pull(fill));
    return end;
  }

  async #fail({ repository, digest, source, upload, context }: Fill, cause: unknown): Promise<void> {
    if (source.isBegun) {
      const { upstream } = source;
      this.logger.warn({ repository, digest, upstream, err: cause }, 'a source did not give the blob it had found');
      this.meter.of(upstream).fills[endOf(cause, context.signal)].add();
    }
    if (!upload) return;
    const mayGoOn = cause instanceof UpstreamUnavailable ? !(cause instanceof WrongBlob) : context.signal.aborted;
    // Less is fetched again sooner than it is found to be wrong.
    if (mayGoOn && source.received > WITHHELD_BYTES) await this.uploads.leave(upload);
    else await this.keeping.giveUp(upload, 'failed', context);
  }
}

function endOf(cause: unknown, signal: AbortSignal): FillEnd {
  if (signal.aborted) return 'stopped';
  if (cause instanceof WrongBlob) return 'wrong';
  return cause instanceof UpstreamUnavailable ? 'broken' : 'abandoned';
}
