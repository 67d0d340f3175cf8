import { Injectable } from '@nestjs/common';
import { AccessControl, type Identity, PluginLogger, VulnerabilityScanner } from '@berth/sdk';
import { IndexCare } from '../indexing/index-care.js';
import { IndexKeeper } from '../indexing/index-keeper.js';
import { ReadableRepositories } from '../read/readable-repositories.js';
import type { Engine } from './engine.js';
import type { Outcome } from './execution/executor.js';
import { GraphqlConfig } from './graphql.config.js';
import { Preferences } from '../userprefs/preferences.js';
import { GraphqlReaders } from './graphql-readers.js';
import type { Operation } from './request/operation.js';

/** How long a request may take; milliseconds. */
const DEADLINE = 30_000;

/** Answers operations, as whoever asks may have them answered. */
@Injectable()
export class GraphqlService {
  #loading: Promise<Engine> | undefined;

  constructor(
    private readonly config: GraphqlConfig,
    private readonly keeper: IndexKeeper,
    private readonly care: IndexCare,
    private readonly readable: ReadableRepositories,
    private readonly readers: GraphqlReaders,
    private readonly preferences: Preferences,
    private readonly access: AccessControl,
    private readonly scanner: VulnerabilityScanner,
    private readonly logger: PluginLogger,
  ) {}

  async run(operations: readonly Operation[], identity: Identity): Promise<readonly Outcome[]> {
    this.keeper.begin();
    const { readers, access, scanner, logger } = this;
    const { maxResults } = this.config;
    const [engine, scope] = await this.care.searched(() =>
      Promise.all([this.#engine(), this.readable.of(identity), this.preferences.restored()]),
    );
    const signal = AbortSignal.timeout(DEADLINE);
    return engine.run(operations, { readers, identity, scope, signal, maxResults, access, scanner, logger });
  }

  async #explain(cause: unknown): Promise<string> {
    if (await this.care.mend(cause)) return 'the search index is being rebuilt';
    this.logger.error('a query failed', { err: cause });
    return 'internal error';
  }

  /** The libraries are loaded by whoever comes first. Where that fails this once, the next one tries again. */
  #engine(): Promise<Engine> {
    return (this.#loading ??= this.#load().catch((cause: unknown) => {
      this.#loading = undefined;
      throw cause;
    }));
  }

  async #load(): Promise<Engine> {
    const { Engine } = await import('./engine.js');
    return new Engine({ config: this.config, readers: this.readers, explain: (cause) => this.#explain(cause) });
  }
}
