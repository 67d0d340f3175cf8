import { Injectable } from '@nestjs/common';
import { PluginLogger, RegistryError } from '@berth/sdk';
import { IndexGeneration } from './index-generation.js';
import { IndexDatabase } from '../tables/index-database.js';

/** Seconds after which a search that met a damaged index is worth another try. */
const RETRY_AFTER = '2';

/** Sees to it that a damaged index is not searched, but begun anew. */
@Injectable()
export class IndexCare {
  #mending: Promise<void> | undefined;
  #begunAnew: (() => void) | undefined;

  constructor(
    private readonly database: IndexDatabase,
    private readonly generation: IndexGeneration,
    private readonly logger: PluginLogger,
  ) {}

  /** Calls `listener` whenever the index was begun anew: then it is to be rebuilt. */
  onBegunAnew(listener: () => void): void {
    this.#begunAnew = listener;
  }

  /** False until everything was looked at: a search may find too little then, and says so. */
  async isComplete(): Promise<boolean> {
    const { generation, rebuild } = await this.generation.state();
    return generation > 0 && !rebuild?.isThorough;
  }

  /** What `search` finds. @throws RegistryError 503 where the index turns out to be damaged, and from then on is begun anew */
  async searched<Found>(search: () => Promise<Found>): Promise<Found> {
    try {
      return await search();
    } catch (cause) {
      if (!(await this.mend(cause))) throw cause;
      const headers = { 'Retry-After': RETRY_AFTER };
      throw new RegistryError('UNAVAILABLE', { message: 'the search index is being rebuilt', headers, cause });
    }
  }

  /** True where `cause` was that the index is damaged: it is empty now, and will be rebuilt. */
  async mend(cause: unknown): Promise<boolean> {
    if (!this.database.isDamage(cause)) return false;
    // Whoever meets the damage while it is being mended waits for the same.
    this.#mending ??= this.#renew(cause).finally(() => {
      this.#mending = undefined;
    });
    await this.#mending;
    return true;
  }

  async #renew(cause: unknown): Promise<void> {
    this.logger.error('the search index is damaged; it is put aside, and rebuilt', { err: cause });
    await this.database.renew();
    await this.generation.open();
    this.#begunAnew?.();
  }
}
