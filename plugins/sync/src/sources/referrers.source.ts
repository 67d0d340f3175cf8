import { Injectable } from '@nestjs/common';
import {
  Clock,
  type Descriptor,
  type HookContext,
  type HookEvents,
  type HookHandler,
  type SourceResult,
} from '@berth/sdk';
import { BoundedMemory } from '../mirror/bounded-memory.js';
import { Mirror } from '../mirror/mirror.js';
import { causedBy } from '../upstream/cause.js';
import { fetchReferrers } from '../upstream/fetch-lists.js';

const CAPACITY = 1000;

/** What refers to a manifest upstream: asked for within the same window as tags. */
@Injectable()
export class ReferrersSource implements HookHandler<'referrers.refresh'> {
  readonly #known;

  constructor(
    private readonly mirror: Mirror,
    clock: Clock,
  ) {
    this.#known = new BoundedMemory<readonly Descriptor[]>(clock, CAPACITY);
  }

  handle(event: HookEvents['referrers.refresh'], context: HookContext): Promise<SourceResult<readonly Descriptor[]>> {
    return causedBy(context, () => this.#ask(event, context.signal));
  }

  #ask(
    { repository, digest }: HookEvents['referrers.refresh'],
    signal: AbortSignal,
  ): Promise<SourceResult<readonly Descriptor[]>> {
    return this.mirror.ask<readonly Descriptor[]>({
      repository,
      what: `referrers ${digest}`,
      signal,
      ask: async ({ registry, remote }, bounded) => {
        const key = `${registry.name} ${remote} ${digest}`;
        const known = this.#known.recall(key, registry.config.manifestCheckInterval);
        if (known) return known;
        const ask = { repository: remote, signal: bounded };
        const found = await registry.client.ask((host) => fetchReferrers(host, digest, ask));
        this.#known.remember(key, found);
        return found;
      },
    });
  }
}
