import { Injectable } from '@nestjs/common';
import {
  formatReference,
  type HookContext,
  type HookEvents,
  type HookHandler,
  type SourceFinds,
  type SourceResult,
} from '@berth/sdk';
import { FreshTags } from '../mirror/fresh-tags.js';
import { Mirror } from '../mirror/mirror.js';
import { PullTally } from '../mirror/pull-tally.js';
import { fetchManifest } from '../upstream/fetch-manifest.js';

type Found = SourceFinds['manifest.readMiss'];

/** A manifest that is not held: one request to the upstream. */
@Injectable()
export class ManifestSource implements HookHandler<'manifest.readMiss'> {
  constructor(
    private readonly mirror: Mirror,
    private readonly fresh: FreshTags,
    private readonly tally: PullTally,
  ) {}

  handle(
    { repository, reference }: HookEvents['manifest.readMiss'],
    { signal }: HookContext,
  ): Promise<SourceResult<Found>> {
    return this.mirror.ask<Found>({
      repository,
      what: `manifest ${formatReference(reference)}`,
      signal,
      ask: async ({ registry, remote }, bounded) => {
        const fetched = await registry.client.ask((host) =>
          fetchManifest(host, reference, { repository: remote, signal: bounded }),
        );
        if (!fetched) return undefined;
        const { descriptor, bytes } = fetched;
        if (reference.kind === 'tag') this.fresh.confirm(repository, reference.tag, descriptor);
        this.tally.missed(repository, descriptor.digest, registry.name);
        return { mediaType: descriptor.mediaType, bytes, upstream: registry.name };
      },
    });
  }
}
