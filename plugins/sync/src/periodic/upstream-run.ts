import { setTimeout as delay } from 'node:timers/promises';
import type { Tag } from '@berth/sdk';
import { UpstreamTrouble } from '../upstream/upstream-trouble.js';
import { MirrorFailure } from './mirror-failure.js';
import { type ChosenRepository, RepositoryListing } from './repository-listing.js';
import { RepositoryRun } from './repository-run.js';
import type { RunPorts } from './run-ports.js';
import type { RunScope } from './run-scope.js';
import { isTransient } from './transient-fault.js';
import { UpstreamTags } from './upstream-tags.js';

/** What is to be looked at; `only`: of its tags. */
interface Work {
  readonly repository: ChosenRepository;
  readonly isAgain?: true;
  readonly only?: ReadonlySet<Tag>;
}

/** What could not be had, and is tried again. */
interface Left {
  readonly works: readonly Work[];
  readonly needsCatalog: boolean;
}

/** Goes once through everything of one upstream, and again through what failed, as often as `maxRetries` says. */
export class UpstreamRun {
  readonly #listing: RepositoryListing;

  constructor(
    private readonly scope: RunScope,
    private readonly ports: RunPorts,
  ) {
    this.#listing = new RepositoryListing(scope, ports);
  }

  /** Rejects with the reason of the signal once that aborts; what was had until then is kept. */
  async run(): Promise<void> {
    const { signal, tally, registry } = this.scope;
    const { maxRetries = 0, retryDelay, maxRetryDelay = retryDelay } = registry.config;
    const named = await this.#listing.named();
    let left = await this.#pass({ works: named.map((repository) => ({ repository })), needsCatalog: true });
    if (retryDelay === undefined || maxRetryDelay === undefined) return;
    for (let retries = 0; retries < maxRetries && isAnything(left); retries++) {
      const wait = Math.min(retryDelay * 2 ** retries, Math.max(retryDelay, maxRetryDelay));
      await delay(wait, undefined, { signal, ref: false });
      tally.beginAgain();
      left = await this.#pass(left);
    }
  }

  async #pass({ works, needsCatalog }: Left): Promise<Left> {
    const left: Work[] = [];
    const take = async (all: readonly Work[]): Promise<void> => {
      for (const work of all) {
        const again = await this.#look(work);
        if (again) left.push(again);
      }
    };
    await take(works);
    if (!needsCatalog) return { works: left, needsCatalog };
    try {
      const listed = await this.#listing.inCatalog();
      await take(listed.map((repository) => ({ repository })));
      return { works: left, needsCatalog: false };
    } catch (cause) {
      return { works: left, needsCatalog: this.#isLeft('the catalog', cause) };
    }
  }

  /** What of it failed and may succeed later. */
  async #look({ repository, only, isAgain }: Work): Promise<Work | undefined> {
    const { registry, requests, tally, observer, signal } = this.scope;
    signal.throwIfAborted();
    const { remote, local, selected } = repository;
    const scope = { registry, requests, tally, observer, signal, remote, local, run: this.scope };
    if (!isAgain) tally.repository();
    try {
      const run = new RepositoryRun(scope, selected, new UpstreamTags(scope, this.ports.fresh), this.ports);
      const failed = await run.run(only);
      return failed.size > 0 ? { repository, only: failed, isAgain: true } : undefined;
    } catch (cause) {
      return this.#isLeft(remote, cause) ? { repository, ...(only && { only }), isAgain: true } : undefined;
    }
  }

  /** Tells of it; true where it is to be tried again. */
  #isLeft(what: string, cause: unknown): boolean {
    const { signal, tally, observer } = this.scope;
    signal.throwIfAborted();
    if (!(cause instanceof UpstreamTrouble) && !(cause instanceof MirrorFailure)) throw cause;
    tally.problem();
    observer.problem(what, cause.message);
    observer.progress();
    return isTransient(cause);
  }
}

function isAnything({ works, needsCatalog }: Left): boolean {
  return works.length > 0 || needsCatalog;
}
