import { Injectable } from '@nestjs/common';
import {
  Clock,
  type Digest,
  type HookContext,
  type HookEvents,
  type HookHandler,
  type SourceFinds,
  type SourceResult,
} from '@berth/sdk';
import { BoundedMemory } from '../mirror/bounded-memory.js';
import { Mirror } from '../mirror/mirror.js';
import type { UpstreamRegistry } from '../mirror/upstream-registry.js';
import { causedBy } from '../upstream/cause.js';
import { confirmBlob } from '../upstream/confirm-blob.js';
import { fetchBlob } from '../upstream/fetch-blob.js';
import type { UpstreamHost } from '../upstream/upstream-host.js';
import { HeldBlobs } from './held-blobs.js';

type Found = SourceFinds['blob.readMiss'];

/** Milliseconds for which the host that gave a blob in vain is asked after the others. */
const BROKE_OFF_WITHIN = 600_000;

/** A blob that is not held, from the byte on that is wanted, where the upstream can do that. */
@Injectable()
export class BlobSource implements HookHandler<'blob.readMiss'> {
  /** Which host gave a blob last. */
  readonly #gave;

  constructor(
    private readonly mirror: Mirror,
    private readonly held: HeldBlobs,
    clock: Clock,
  ) {
    this.#gave = new BoundedMemory<UpstreamHost>(clock);
  }

  handle(missing: HookEvents['blob.readMiss'], context: HookContext): Promise<SourceResult<Found>> {
    return causedBy(context, () => this.#ask(missing, context.signal));
  }

  #ask(
    { repository, digest, offset, here, upstream }: HookEvents['blob.readMiss'],
    signal: AbortSignal,
  ): Promise<SourceResult<Found>> {
    return this.mirror.ask<Found>({
      repository,
      what: `blob ${digest}`,
      signal,
      upstream,
      ask: async (answering, bounded) => {
        const { registry, remote } = answering;
        const { name } = registry;
        if (here?.suppliers.includes(name)) {
          const ask = { repository: remote, signal: bounded };
          const said = await registry.client.ask((host) => confirmBlob(host, { digest, size: here.size }, ask));
          if (said === 'absent') return undefined;
          if (said === 'there') return { isConfirmed: true, upstream: name };
        }
        const isHere = here?.suppliers.includes(name) ?? false;
        const held =
          isHere || offset > 0 ? undefined : await this.held.find(answering, { repository, digest, signal: bounded });
        if (held) return held === 'absent' ? undefined : held;
        const blob = await registry.client.ask(
          async (host) => {
            const got = await fetchBlob(host, digest, { repository: remote, signal: bounded, from: offset });
            if (got) this.#gave.remember(digest, host);
            return got;
          },
          this.#inOrder(registry, digest, offset),
        );
        return blob && { ...blob, upstream: name };
      },
    });
  }

  /** What a transfer has broken off from comes last. */
  #inOrder({ client }: UpstreamRegistry, digest: Digest, offset: number): readonly UpstreamHost[] {
    const last = offset > 0 ? this.#gave.recall(digest, BROKE_OFF_WITHIN) : undefined;
    return last
      ? [...client.hosts.filter((host) => host !== last), ...client.hosts.filter((host) => host === last)]
      : client.hosts;
  }
}
