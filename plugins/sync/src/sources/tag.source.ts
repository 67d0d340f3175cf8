import { Injectable } from '@nestjs/common';
import {
  Clock,
  type Descriptor,
  type HookContext,
  type HookEvents,
  type HookHandler,
  PluginLogger,
  type RepositoryName,
  type SourceAnswer,
  type SourceFinds,
  type Tag,
} from '@berth/sdk';
import { BoundedMemory } from '../mirror/bounded-memory.js';
import { FreshTags } from '../mirror/fresh-tags.js';
import { PullTally } from '../mirror/pull-tally.js';
import { unavailable } from '../mirror/mirror.js';
import { type Answering, Registries } from '../mirror/registries.js';
import type { UpstreamRegistry } from '../mirror/upstream-registry.js';
import { PolledTags } from '../periodic/polled-tags.js';
import { causedBy } from '../upstream/cause.js';
import { Deadline } from '../upstream/deadline.js';
import { confirmAbsence } from '../upstream/confirm-absence.js';
import { resolveTag } from '../upstream/fetch-manifest.js';
import type { UpstreamHost } from '../upstream/upstream-host.js';
import { UpstreamTrouble } from '../upstream/upstream-trouble.js';

/** Milliseconds after which the tag that is held is served: core gives 1.5 s, and whoever pulls is to have it within 2 s. */
const PATIENCE = 1200;
/** Milliseconds that the request itself may take: what comes late is known for the next pull. */
const REQUEST_PATIENCE = 25_000;

/** Milliseconds for which "no" is repeated without asking. */
const GONE_HOLDS = 10_000;

/** Milliseconds for which core need not ask again: brief, so that a reload of the configuration is soon seen. */
const HOLDS = 5000;

type Answer = SourceAnswer<'tag.refresh'>;

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
    private readonly polled: PolledTags,
    private readonly logger: PluginLogger,
    clock: Clock,
  ) {
    this.#gone = new BoundedMemory<true>(clock);
  }

  handle(event: HookEvents['tag.refresh'], context: HookContext): Promise<Answer> {
    return causedBy(context, () => this.#refresh(event));
  }

  async #refresh({ repository, tag, held }: HookEvents['tag.refresh']): Promise<Answer> {
    // Where a tag was found it is looked for again: another upstream that has begun to have it changes nothing.
    const [answering] = await this.registries.answering(repository);
    if (!answering) {
      const found = await this.polled.current(repository, tag);
      return found
        ? { outcome: 'found', found }
        : { outcome: 'stale', reason: 'no upstream answers for this repository' };
    }
    const { registry } = answering;
    const { manifestCheckInterval: window } = registry.config;
    const known = this.fresh.recall(repository, tag, window);
    if (known) {
      const freshFor = Math.min(HOLDS, this.fresh.freshFor(repository, tag, window));
      return foundAt(registry, { ...known, freshFor });
    }
    const result = await this.#confirm(answering, { repository, tag });
    if (result.outcome === 'stale' && held !== undefined) this.tally.stale(repository, held, registry.name);
    return result;
  }

  async #confirm(answering: Answering, which: Which): Promise<Answer> {
    const { registry } = answering;
    if (!registry.isAsked) return { outcome: 'stale', reason: `${registry.name} is offline` };
    if (this.#gone.recall(keyOf(answering, which), GONE_HOLDS)) return this.#isGone(answering, which);
    const willing = registry.client.hosts.filter(({ breaker, refreshes }) => !breaker.isResting && refreshes.tries());
    if (willing.length === 0)
      return troubled(registry, new UpstreamTrouble(registry.name, 'it failed again and again'));
    try {
      const found = await this.#within(registry.name, this.#ask(answering, which, willing));
      for (const { refreshes } of willing) refreshes.succeeded();
      return found ? foundAt(registry, found) : this.#isGone(answering, which);
    } catch (cause) {
      if (!(cause instanceof UpstreamTrouble)) throw cause;
      this.#tell(cause, which, willing);
      return troubled(registry, cause);
    }
  }

  #isGone(answering: Answering, which: Which): Answer {
    const { name, config } = answering.registry;
    if (config.deletedTags === 'keep') return { outcome: 'stale', reason: `${name} has the tag no more` };
    // It goes here as well: should it come back, that it was gone is no more true.
    this.#gone.take(keyOf(answering, which), GONE_HOLDS);
    return { outcome: 'gone', upstream: name };
  }

  #tell(cause: UpstreamTrouble, which: Which, willing: readonly UpstreamHost[]): void {
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
  }

  #ask(answering: Answering, which: Which, hosts: readonly UpstreamHost[]): Promise<Descriptor | undefined> {
    const key = keyOf(answering, which);
    const asked = this.#asked.get(key);
    if (asked) return asked;
    const asking = this.#request(answering, which, hosts).finally(() => this.#asked.delete(key));
    // It may fail after everybody who waited has been served what is held.
    asking.catch(() => undefined);
    this.#asked.set(key, asking);
    return asking;
  }

  async #request(answering: Answering, which: Which, hosts: readonly UpstreamHost[]): Promise<Descriptor | undefined> {
    using deadline = new Deadline(REQUEST_PATIENCE, this.registries.stopping);
    const { registry, remote } = answering;
    const { repository, tag } = which;
    const ask = { repository: remote, signal: deadline.signal };
    const reference = { kind: 'tag', tag } as const;
    const found = await registry.client.ask(async (host) => {
      const there = await resolveTag(host, reference, ask);
      if (!there && registry.config.deletedTags === 'remove') await confirmAbsence(host, reference, ask);
      return there;
    }, hosts);
    registry.checked();
    if (found) this.fresh.confirm(repository, tag, found);
    else this.#gone.remember(keyOf(answering, which), true);
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

/** Where that cannot be had, what is held is served, unless the upstream is configured otherwise. */
function foundAt({ config }: UpstreamRegistry, known: SourceFinds['tag.refresh']): Answer {
  const found = config.staleIfError ? known : { ...known, withholdsHeld: true };
  return { outcome: 'found', found };
}

function troubled({ config }: UpstreamRegistry, trouble: UpstreamTrouble): Answer {
  return config.staleIfError
    ? { outcome: 'stale', reason: `${trouble.upstream}: ${trouble.message}` }
    : { ...unavailable(trouble), withholdsHeld: true };
}

function keyOf({ registry }: Answering, { repository, tag }: Which): string {
  return `${registry.name} ${repository}:${tag}`;
}
