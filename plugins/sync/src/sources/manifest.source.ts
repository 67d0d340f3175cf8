import { Injectable } from '@nestjs/common';
import {
  Clock,
  formatReference,
  type HookContext,
  type HookEvents,
  type HookHandler,
  type SourceFinds,
  type SourceResult,
} from '@berth/sdk';
import { BackgroundRetries } from '../mirror/background-retries.js';
import { BoundedMemory } from '../mirror/bounded-memory.js';
import { FreshTags } from '../mirror/fresh-tags.js';
import { Mirror } from '../mirror/mirror.js';
import { PullTally } from '../mirror/pull-tally.js';
import { type Answering, Registries } from '../mirror/registries.js';
import { causedBy } from '../upstream/cause.js';
import { Deadline } from '../upstream/deadline.js';
import { type FetchedManifest, fetchManifest } from '../upstream/fetch-manifest.js';
import { UpstreamTrouble } from '../upstream/upstream-trouble.js';
import { SignatureRule } from './signature-rule.js';

type Found = SourceFinds['manifest.readMiss'];
type Missing = HookEvents['manifest.readMiss'];

/** Milliseconds that a fetch in the background may take. */
const RETRY_PATIENCE = 60_000;
/** How many manifests that were fetched in the background wait for whoever asked to ask again: each has 4 MiB at most. */
const MOST_WAITING = 16;

/** A manifest that is not held: one request to the upstream. */
@Injectable()
export class ManifestSource implements HookHandler<'manifest.readMiss'> {
  readonly #waiting;

  constructor(
    private readonly mirror: Mirror,
    private readonly registries: Registries,
    private readonly retries: BackgroundRetries,
    private readonly fresh: FreshTags,
    private readonly tally: PullTally,
    private readonly signatures: SignatureRule,
    clock: Clock,
  ) {
    this.#waiting = new BoundedMemory<FetchedManifest>(clock, MOST_WAITING);
  }

  handle(missing: Missing, context: HookContext): Promise<SourceResult<Found>> {
    return causedBy(context, () => this.#ask(missing, context.signal));
  }

  #ask(missing: Missing, signal: AbortSignal): Promise<SourceResult<Found>> {
    const { repository, reference, upstream } = missing;
    return this.mirror.ask<Found>({
      repository,
      what: `manifest ${formatReference(reference)}`,
      signal,
      upstream,
      ask: async (answering, bounded) => {
        const { registry } = answering;
        // Nobody has asked for it: it is no miss, and who wants it tries again.
        if (upstream !== undefined) return foundIn(registry.name, await this.#fetch(answering, missing, bounded));
        const waiting = this.#waiting.take(keyOf(answering, missing), registry.config.manifestCheckInterval);
        const fetched = waiting ?? (await this.#fetchOrRetry(answering, missing, bounded));
        if (!fetched || !(await this.signatures.admit(answering, missing, fetched, bounded))) return undefined;
        this.tally.missed(repository, fetched.descriptor.digest, registry.name);
        return foundIn(registry.name, fetched);
      },
    });
  }

  async #fetchOrRetry(
    answering: Answering,
    missing: Missing,
    signal: AbortSignal,
  ): Promise<FetchedManifest | undefined> {
    try {
      return await this.#fetch(answering, missing, signal);
    } catch (cause) {
      if (cause instanceof UpstreamTrouble && !cause.isDenial) this.#retryLater(answering, missing);
      throw cause;
    }
  }

  /** What comes of it waits in memory: core holds nothing that nobody asks for. */
  #retryLater(answering: Answering, missing: Missing): void {
    const key = keyOf(answering, missing);
    const { name: upstream, config } = answering.registry;
    this.retries.schedule({ upstream, what: key }, config, async () => {
      using deadline = new Deadline(RETRY_PATIENCE, this.registries.stopping);
      const fetched = await this.#fetch(answering, missing, deadline.signal);
      if (fetched) this.#waiting.remember(key, fetched);
    });
  }

  async #fetch(
    { registry, remote }: Answering,
    { repository, reference }: Missing,
    signal: AbortSignal,
  ): Promise<FetchedManifest | undefined> {
    const ask = { repository: remote, signal };
    const fetched = await registry.client.ask((host) => fetchManifest(host, reference, ask));
    if (reference.kind !== 'tag') return fetched;
    registry.checked();
    if (fetched) this.fresh.confirm(repository, reference.tag, fetched.descriptor);
    return fetched;
  }
}

function foundIn(upstream: string, fetched: FetchedManifest | undefined): Found | undefined {
  return fetched && { mediaType: fetched.descriptor.mediaType, bytes: fetched.bytes, upstream };
}

function keyOf({ registry }: Answering, { repository, reference }: Missing): string {
  return `${registry.name} ${repository} ${formatReference(reference)}`;
}
