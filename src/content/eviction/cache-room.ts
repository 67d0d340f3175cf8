import { Injectable } from '@nestjs/common';
import { type Digest, StorageError } from '@berth/sdk';
import { RegistryLogger } from '../../logging/registry-logger.js';
import { UpstreamHoldings } from '../../metadata/upstream-holdings.js';
import { CacheLimits } from './cache-limits.js';
import { DiskSpace } from './disk-space.js';
import { Eviction } from './eviction.js';
import { InUse } from './in-use.js';
import { Room } from './room.js';

export interface WantedRoom {
  readonly upstream: string;
  readonly store: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

/**
 * Makes room for what comes from upstreams: nothing is kept that would bring its upstream over its limit, or leave less of the disk free
 * than there has to be. What was pulled least recently goes first, and nothing goes where that would not help.
 */
@Injectable()
export class CacheRoom {
  readonly #rooms = new Set<Room>();
  /** One after the other: what one has made room for, another one must not take. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly limits: CacheLimits,
    private readonly disk: DiskSpace,
    private readonly holdings: UpstreamHoldings,
    private readonly eviction: Eviction,
    private readonly inUse: InUse,
    private readonly logger: RegistryLogger,
  ) {}

  /** To be disposed once the blob is held, or does not come; `undefined` where there is no room for it. */
  take(wanted: WantedRoom, signal: AbortSignal): Promise<Room | undefined> {
    return this.#inTurn(() => this.#take(wanted, signal));
  }

  /** Evicts what is over the limit of an upstream. False where all that is left is in use, or needed by what was pushed. */
  trim(upstream: string, signal: AbortSignal): Promise<boolean> {
    return this.#inTurn(async () => {
      const limit = this.limits.of(upstream);
      if (limit === undefined || (await this.holdings.of(upstream)) <= limit) return true;
      return this.#evictDownTo(limit, upstream, signal);
    });
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #take(wanted: WantedRoom, signal: AbortSignal): Promise<Room | undefined> {
    const { upstream, store, size } = wanted;
    try {
      const counted = (await this.holdings.holds(wanted)) ? 0 : size;
      if (!(await this.#fitsLimit(upstream, counted, signal))) return undefined;
      if (!(await this.#fitsDisk(store, size, signal))) return undefined;
      const room = new Room({
        upstream,
        store,
        reserved: counted,
        size,
        onWritten: (length) => {
          this.disk.use(store, length);
        },
        onEnded: (over) => this.#rooms.delete(over),
      });
      this.#rooms.add(room);
      return room;
    } catch (cause) {
      if (!(cause instanceof StorageError) || signal.aborted) throw cause;
      this.logger.error({ ...wanted, err: cause }, 'no room could be made for what came from an upstream');
      return undefined;
    }
  }

  async #fitsLimit(upstream: string, size: number, signal: AbortSignal): Promise<boolean> {
    const limit = this.limits.of(upstream);
    if (limit === undefined || size === 0) return true;
    const others = this.#sumOf(({ taken }) => (taken.upstream === upstream ? taken.reserved : 0));
    const most = limit - others - size;
    if (most < 0) return false;
    if ((await this.holdings.of(upstream)) <= most) return true;
    if ((await this.holdings.sizeOf(this.inUse.blobs, { upstreams: [upstream] })) > most) return false;
    return this.#evictDownTo(most, upstream, signal);
  }

  #evictDownTo(bytes: number, upstream: string, signal: AbortSignal): Promise<boolean> {
    return this.eviction.run({
      upstreams: [upstream],
      reason: 'limit',
      isEnough: async (facts) => (await this.holdings.ofIn(facts, upstream)) <= bytes,
      signal,
    });
  }

  async #fitsDisk(store: string, size: number, signal: AbortSignal): Promise<boolean> {
    const left = await this.disk.left(store);
    if (left === undefined) return true;
    const missing = size + this.#sumOf((room) => (room.taken.store === store ? room.unwritten : 0)) - left;
    if (missing <= 0) return true;
    const held = await this.holdings.inStore(store);
    const upstreams = [...held.keys()];
    const inUse = await this.holdings.sizeOf(this.inUse.blobs, { upstreams, store });
    if ([...held.values()].reduce((sum, bytes) => sum + bytes, -inUse) < missing) return false;
    try {
      return await this.eviction.run({
        upstreams,
        store,
        reason: 'space',
        isEnough: (_, freed) => freed >= missing,
        signal,
      });
    } finally {
      this.disk.forget(store);
    }
  }

  #sumOf(bytesOf: (room: Room) => number): number {
    let sum = 0;
    for (const room of this.#rooms) sum += bytesOf(room);
    return sum;
  }
}
