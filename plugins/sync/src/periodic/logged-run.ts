import type { PluginLogger, RepositoryName, Tag } from '@berth/sdk';
import type { TagOutcome } from './run-counts.js';
import type { RunObserver } from './run-scope.js';

/** An upstream that is down fails for each of its tags: so many are told of. */
const MOST_TOLD = 50;

/** Writes down what goes wrong in a run, and what moves. */
export class LoggedRun implements RunObserver {
  #told = 0;

  constructor(
    private readonly upstream: string,
    private readonly logger: PluginLogger,
  ) {}

  problem(what: string, reason: string): void {
    this.#tell('a periodic run could not look at something', { what, reason });
  }

  passedOver(remote: string, reason: string): void {
    this.logger.info('a repository is none of a periodic run', { upstream: this.upstream, remote, reason });
  }

  chosen(): void {
    // Of no interest to a log.
  }

  tag(repository: RepositoryName, tag: Tag, outcome: TagOutcome, reason?: string): void {
    if (outcome === 'failed' || outcome === 'refused')
      this.#tell(`a tag could not be mirrored: ${outcome}`, { repository, tag, reason });
    else if (outcome === 'moved' || outcome === 'removed')
      this.logger.info(`a tag was ${outcome} by a periodic run`, { upstream: this.upstream, repository, tag });
  }

  progress(): void {
    // Whoever wants to know asks.
  }

  #tell(message: string, fields: Readonly<Record<string, unknown>>): void {
    this.#told += 1;
    if (this.#told <= MOST_TOLD) this.logger.warn(message, { upstream: this.upstream, ...fields });
    if (this.#told === MOST_TOLD) this.logger.warn('what else fails is only counted', { upstream: this.upstream });
  }
}
