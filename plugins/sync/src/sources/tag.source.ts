import { Injectable } from '@nestjs/common';
import {
  Clock,
  type Descriptor,
  type HookContext,
  type HookEvents,
  type HookHandler,
  PluginLogger,
  type RepositoryName,
  type SourceResult,
  type Tag,
} from '@berth/sdk';
import { BoundedMemory } from '../mirror/bounded-memory.js';
import { FreshTags } from '../mirror/fresh-tags.js';
import { PullTally } from '../mirror/pull-tally.js';
import { type Answering, Registries } from '../mirror/registries.js';
import { causedBy } from '../upstream/cause.js';
import { Deadline } from '../upstream/deadline.js';
import { resolveTag } from '../upstream/fetch-manifest.js';
import type { UpstreamHost } from '../upstream/upstream-host.js';
import { UpstreamTrouble } from '../upstream/upstream-trouble.js';

/** Milliseconds after which the tag that is held is served: core gives 1.5 s, and whoever pulls is to have it within 2 s. */
const PATIENCE = 1200;
/** Milliseconds that the request itself may take: what comes late is known for the next pull. */
const REQUEST_PATIENCE = 25_000;

/** Milliseconds for which "no" is repeated without asking. */
const GONE_HOLDS = 10_000;

interface Which {
  readonly repository: RepositoryName;
  readonly tag: Tag;
}

/** Whether a tag that is held has moved: within the window not asked, past it one HEAD, and in trouble what is held, soon. */
@Injectable()
export class TagSource implements HookHandler<'tag.refresh'> {
  /** Many who ask for one tag at once, and those after them while it is late, ask once. */
  readonly #asked = new Map<string, Promise<Descriptor | undefined>>();
  readonly #gone;

  constructor(
    private readonly registries: Registries,
    private readonly fresh: FreshTags,
    private readonly tally: PullTally,
    private readonly logger: PluginLogger,
    clock: Clock,
  ) {
    this.#gone = new BoundedMemory<true>(clock);
  }

  handle(event: HookEvents['tag.refresh'], context: HookContext): Promise<SourceResult<Descriptor>> {
    return causedBy(context, () => this.#refresh(event));
  }

  async #refresh({ repository, tag, held }: HookEvents['tag.refresh']): Promise<SourceResult<Descriptor>> {
    // Where a tag was found it is looked for again: another upstream that has begun to have it changes nothing.
    const [answering] = await this.registries.answering(repository);
    if (!answering) return { outcome: 'stale', reason: 'no upstream answers for this repository' };
    const { registry } = answering;
    const known = this.fresh.recall(repository, tag, registry.config.manifestCheckInterval);
    if (known) return { outcome: 'found', found: known };
    const result = await this.#confirm(answering, { repository, tag });
    if (result.outcome !== 'found' && held !== undefined) this.tally.stale(repository, held, registry.name);
    return result;
  }

  async #confirm(answering: Answering, which: Which): Promise<SourceResult<Descriptor>> {
    const { registry } = answering;
    if (!registry.isAsked) return { outcome: 'stale', reason: `${registry.name} is offline` };
    const gone = { outcome: 'stale', reason: `${registry.name} has the tag no more` } as const;
    if (this.#gone.recall(keyOf(answering, which), GONE_HOLDS)) return gone;
    const willing = registry.client.hosts.filter(({ breaker, refreshes }) => !breaker.isResting && refreshes.tries());
    if (willing.length === 0) return { outcome: 'stale', reason: `${registry.name} failed again and again` };
    try {
      const found = await this.#within(registry.name, this.#ask(answering, which, willing));
      for (const { refreshes } of willing) refreshes.succeeded();
      if (found) return { outcome: 'found', found };
      this.#gone.remember(keyOf(answering, which), true);
      return gone;
    } catch (cause) {
      if (!(cause instanceof UpstreamTrouble)) throw cause;
      return this.#inTrouble(cause, which, willing);
    }
  }

  #inTrouble(cause: UpstreamTrouble, which: Which, willing: readonly UpstreamHost[]): SourceResult<never> {
    for (const { refreshes } of willing) {
      if (cause.status >= 500) refreshes.failed();
      else refreshes.gaveUp();
    }
    const { upstream, status, message: reason } = cause;
    this.logger.warn('a tag could not be compared with its upstream', {
      ...which,
      upstream,
      status,
      reason,
      err: cause.cause,
    });
    return { outcome: 'stale', reason: `${upstream}: ${reason}` };
  }

  #ask(
    answering: Answering,
    { repository, tag }: Which,
    hosts: readonly UpstreamHost[],
  ): Promise<Descriptor | undefined> {
    const { remote } = answering;
    const key = keyOf(answering, { repository, tag });
    const asked = this.#asked.get(key);
    if (asked) return asked;
    const asking = this.#request(answering, { repository, tag }, hosts, remote).finally(() => this.#asked.delete(key));
    // It may fail after everybody who waited has been served what is held.
    asking.catch(() => undefined);
    this.#asked.set(key, asking);
    return asking;
  }

  async #request({ registry }: Answering, { repository, tag }: Which, hosts: readonly UpstreamHost[], remote: string) {
    using deadline = new Deadline(REQUEST_PATIENCE, this.registries.stopping);
    const ask = { repository: remote, signal: deadline.signal };
    const found = await registry.client.ask((host) => resolveTag(host, { kind: 'tag', tag }, ask), hosts);
    registry.checked();
    if (found) this.fresh.confirm(repository, tag, found);
    return found;
  }

  async #within<Result>(upstream: string, work: Promise<Result>): Promise<Result> {
    using deadline = new Deadline(PATIENCE);
    const { signal } = deadline;
    const late = Promise.withResolvers<never>();
    signal.addEventListener('abort', () => {
      late.reject(new UpstreamTrouble(upstream, 'it does not answer in time', { status: 504, cause: signal.reason }));
    });
    return await Promise.race([work, late.promise]);
  }
}

function keyOf({ registry }: Answering, { repository, tag }: Which): string {
  return `${registry.name} ${repository}:${tag}`;
}
