import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type Digest, type HookEvents, type HookHandler, PluginLogger, type RepositoryName } from '@berth/sdk';
import { PullRows } from './pull-rows.js';

/**
 * How long it takes until a pull is counted for good, in milliseconds: what is pulled meanwhile is asked for once. The registry gathers for
 * ten seconds.
 */
const GATHER_TIME = 12_000;
/** Manifests that are remembered: counts of the others are right after their next pull. */
const MOST_REMEMBERED = 20_000;

interface Pulled {
  readonly repository: RepositoryName;
  readonly digest: Digest;
}

/** Notes which manifests were pulled, and has their counts brought up to date when the registry has counted them. */
@Injectable()
export class PullRecorder implements HookHandler<'manifest.pulled'>, OnApplicationShutdown {
  /** Those of before the last look are counted by now; those since then may not be. */
  #counted = new Map<string, Pulled>();
  #fresh = new Map<string, Pulled>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly rows: PullRows,
    private readonly logger: PluginLogger,
  ) {}

  handle({ repository, digest }: HookEvents['manifest.pulled']): Promise<void> {
    if (this.#fresh.size < MOST_REMEMBERED) this.#fresh.set(`${repository}@${digest}`, { repository, digest });
    this.#timer ??= setTimeout(() => {
      this.#look();
    }, GATHER_TIME).unref();
    return Promise.resolve();
  }

  async onApplicationShutdown(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#writing;
  }

  #look(): void {
    const due = [...this.#counted.values()];
    this.#counted = this.#fresh;
    this.#fresh = new Map();
    this.#timer =
      this.#counted.size === 0
        ? undefined
        : setTimeout(() => {
            this.#look();
          }, GATHER_TIME).unref();
    if (due.length === 0) return;
    this.#writing = this.rows.refresh(due).catch((err: unknown) => {
      this.logger.warn('pulls could not be noted in the search index', { err });
    });
  }
}
