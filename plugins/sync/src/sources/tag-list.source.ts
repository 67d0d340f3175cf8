import { Injectable } from '@nestjs/common';
import { Clock, type HookContext, type HookEvents, type HookHandler, type SourceResult, type Tag } from '@berth/sdk';
import { BoundedMemory } from '../mirror/bounded-memory.js';
import { Mirror } from '../mirror/mirror.js';
import { causedBy } from '../upstream/cause.js';
import { fetchTags } from '../upstream/fetch-lists.js';

const CAPACITY = 100;

/** The tags of a repository that is not here: a client that pages through them costs the upstream one list. */
@Injectable()
export class TagListSource implements HookHandler<'tags.listMiss'> {
  readonly #known;

  constructor(
    private readonly mirror: Mirror,
    clock: Clock,
  ) {
    this.#known = new BoundedMemory<readonly Tag[]>(clock, CAPACITY);
  }

  handle(event: HookEvents['tags.listMiss'], context: HookContext): Promise<SourceResult<readonly Tag[]>> {
    return causedBy(context, () => this.#ask(event, context.signal));
  }

  #ask({ repository }: HookEvents['tags.listMiss'], signal: AbortSignal): Promise<SourceResult<readonly Tag[]>> {
    return this.mirror.ask<readonly Tag[]>({
      repository,
      what: 'tags',
      signal,
      ask: async ({ registry, remote }, bounded) => {
        const key = `${registry.name} ${remote}`;
        const known = this.#known.recall(key, registry.config.manifestCheckInterval);
        if (known) return known;
        const ask = { repository: remote, signal: bounded };
        const found = await registry.client.ask((host) => fetchTags(host, ask));
        if (found) this.#known.remember(key, found);
        return found;
      },
    });
  }
}
