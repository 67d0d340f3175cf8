import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { RegistryLogger } from '../../logging/registry-logger.js';
import { UpstreamHoldings } from '../../metadata/upstream-holdings.js';
import { CacheLimits } from './cache-limits.js';
import { CacheObservers } from './cache-observers.js';
import { CacheRoom } from './cache-room.js';
import { InUse } from './in-use.js';

/**
 * Looks after what is kept of each upstream, whichever way it has come: tells how much it is, and evicts in the background where it is
 * over its limit, because that was lowered for example.
 */
@Injectable()
export class CacheKeeper implements OnApplicationShutdown {
  readonly #stopping = new AbortController();
  readonly #changed = new Set<string>();
  /** Over their limits because all that could go is in use. */
  readonly #stuck = new Set<string>();
  #running: Promise<void> | undefined;

  constructor(
    private readonly holdings: UpstreamHoldings,
    private readonly limits: CacheLimits,
    private readonly observers: CacheObservers,
    private readonly room: CacheRoom,
    private readonly inUse: InUse,
    private readonly logger: RegistryLogger,
  ) {}

  /** The facts are open, and will stay so until the application shuts down. */
  async start(): Promise<void> {
    this.holdings.onChanged((upstreams) => {
      this.#look(upstreams);
    });
    this.limits.onChanged(() => {
      this.#look(this.limits.upstreams);
    });
    this.inUse.onReleased(() => {
      if (this.#stuck.size > 0) this.#look(this.#stuck);
    });
    this.#look([...(await this.holdings.all()).keys()]);
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopping.abort(new Error('The server is stopping.'));
    await this.#running;
  }

  #look(upstreams: Iterable<string>): void {
    if (this.#stopping.signal.aborted) return;
    for (const upstream of upstreams) this.#changed.add(upstream);
    this.#running ??= this.#lookAtAll().finally(() => (this.#running = undefined));
  }

  async #lookAtAll(): Promise<void> {
    for (const upstream of this.#changed) {
      this.#changed.delete(upstream);
      try {
        await this.#lookAt(upstream);
      } catch (cause) {
        if (this.#stopping.signal.aborted) return;
        this.logger.error({ upstream, err: cause }, 'what is kept of an upstream could not be brought below its limit');
      }
    }
  }

  async #lookAt(upstream: string): Promise<void> {
    this.#stuck.delete(upstream);
    this.observers.held(upstream, await this.holdings.of(upstream));
    if (!(await this.room.trim(upstream, this.#stopping.signal))) this.#stuck.add(upstream);
  }
}
