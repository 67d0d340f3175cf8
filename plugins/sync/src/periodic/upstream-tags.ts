import type { Descriptor, Tag } from '@berth/sdk';
import type { FreshTags } from '../mirror/fresh-tags.js';
import { fetchTags } from '../upstream/fetch-lists.js';
import { confirmAbsence } from '../upstream/confirm-absence.js';
import { resolveTag } from '../upstream/fetch-manifest.js';
import type { UpstreamHost } from '../upstream/upstream-host.js';
import type { RepositoryScope } from './run-scope.js';

/** More pages than any repository has: an upstream that goes on for ever ends a run some time. */
const MOST_PAGES = 10_000;

/** The tags of one repository as its upstream has them. */
export class UpstreamTags {
  constructor(
    private readonly scope: Pick<RepositoryScope, 'registry' | 'requests' | 'remote' | 'local' | 'signal'>,
    private readonly fresh: FreshTags,
  ) {}

  /** All of them; `undefined` where there is no such repository. */
  list(): Promise<readonly Tag[] | undefined> {
    const { registry, requests, remote: repository, signal } = this.scope;
    // A long list takes longer than one answer.
    return requests.transfer(
      () => registry.client.ask((host) => fetchTags(host, { repository, signal }, MOST_PAGES)),
      signal,
    );
  }

  /** Where one points: one HEAD. Whoever pulls it soon need not ask again. */
  async resolve(tag: Tag): Promise<Descriptor | undefined> {
    const { registry, requests, remote: repository, local, signal } = this.scope;
    const found = await requests.ask(
      (bounded) =>
        registry.client.ask((host) => resolveTag(host, { kind: 'tag', tag }, { repository, signal: bounded })),
      signal,
    );
    registry.checked();
    if (found) this.fresh.confirm(local, tag, found);
    return found;
  }

  /** Whether it has one no more: what is held is thrown away for it. Rejects with UpstreamTrouble where it does not say so clearly. */
  isGone(tag: Tag): Promise<boolean> {
    const { registry, requests, remote: repository, signal } = this.scope;
    const reference = { kind: 'tag', tag } as const;
    const isGoneAt = async (host: UpstreamHost, bounded: AbortSignal): Promise<boolean> => {
      const ask = { repository, signal: bounded };
      if (await resolveTag(host, reference, ask)) return false;
      await confirmAbsence(host, reference, ask);
      return true;
    };
    return requests.ask((bounded) => registry.client.ask((host) => isGoneAt(host, bounded)), signal);
  }
}
