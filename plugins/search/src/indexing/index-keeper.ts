import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Clock, PluginLogger } from '@berth/sdk';
import { SearchConfig } from '../search.config.js';
import { ChangeFollower } from './change-follower.js';
import { IndexCare } from './index-care.js';
import { IndexGeneration } from './index-generation.js';
import { Rebuild } from './rebuild.js';

/** Keeps the index true: follows the changes, and rebuilds where it is missing, useless, or was not compared for long. */
@Injectable()
export class IndexKeeper implements OnApplicationShutdown {
  readonly #stopping = new AbortController();
  #hasBegun = false;
  #opened: Promise<unknown> | undefined;
  #looking: Promise<void> | undefined;

  constructor(
    private readonly generation: IndexGeneration,
    private readonly follower: ChangeFollower,
    private readonly rebuild: Rebuild,
    private readonly care: IndexCare,
    private readonly config: SearchConfig,
    private readonly clock: Clock,
    private readonly logger: PluginLogger,
  ) {
    care.onBegunAnew(() => {
      this.#lookInBackground();
    });
  }

  /** At the first sign of use: the job may have its turn later. Does nothing where it has begun. */
  begin(): void {
    if (this.#hasBegun || this.#stopping.signal.aborted) return;
    this.#hasBegun = true;
    this.#lookInBackground();
  }

  /** Resolves once it is known what the index is good for: before that it must not be searched. */
  async ready(): Promise<void> {
    this.begin();
    this.#opened ??= this.generation.open();
    try {
      await this.#opened;
    } catch (cause) {
      this.#opened = undefined;
      throw cause;
    }
  }

  /** Begins to follow, and rebuilds what is due to its end, or until `signal` aborts. */
  look(signal: AbortSignal): Promise<void> {
    this.#hasBegun = true;
    const looking = (this.#looking ??= this.#look(AbortSignal.any([signal, this.#stopping.signal])).finally(() => {
      this.#looking = undefined;
    }));
    return looking;
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopping.abort(new Error('The server is stopping.'));
    // Whoever began it is told; here it is only waited for.
    await this.#looking?.catch(() => undefined);
  }

  #lookInBackground(): void {
    this.look(this.#stopping.signal).catch((err: unknown) => {
      if (!this.#stopping.signal.aborted)
        this.logger.warn('the search index could not be rebuilt, and will be soon', { err });
    });
  }

  async #look(signal: AbortSignal): Promise<void> {
    try {
      await this.generation.open();
      this.follower.begin();
      await this.#demandIfDue();
      await this.rebuild.run(signal);
    } catch (cause) {
      if (signal.aborted || !(await this.care.mend(cause))) throw cause;
      await this.rebuild.run(signal);
    }
  }

  async #demandIfDue(): Promise<void> {
    const { rebuiltAt } = await this.generation.state();
    const { rebuildInterval } = this.config;
    if (rebuildInterval === 0 || rebuiltAt === undefined || this.clock.now() - rebuiltAt < rebuildInterval) return;
    await this.generation.demandRebuild('it is time to compare it with the registry', false);
  }
}
