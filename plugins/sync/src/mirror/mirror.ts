import { Injectable } from '@nestjs/common';
import { Clock, PluginLogger, type RepositoryName, type SourceResult } from '@berth/sdk';
import { Deadline } from '../upstream/deadline.js';
import { UpstreamTrouble } from '../upstream/upstream-trouble.js';
import { BoundedMemory } from './bounded-memory.js';
import { type Answering, Registries } from './registries.js';

/** What is asked for. */
export interface Question<Found> {
  readonly repository: RepositoryName;
  /** With the repository of the upstream, what "no" is remembered under. */
  readonly what: string;
  readonly signal: AbortSignal;
  /** The only one that is asked; absent: all that answer for the repository. */
  readonly upstream?: string | undefined;
  /** Asks one upstream; `undefined` where it does not have it. Rejects with UpstreamTrouble. */
  readonly ask: (answering: Answering, signal: AbortSignal) => Promise<Found | undefined>;
}

/** Milliseconds for which "no" is repeated without asking. */
const NO_HOLDS = 10_000;
/** Milliseconds for everything that one question may cause. Core gives a source 30 s, and does not know which upstream was slow. */
const PATIENCE = 25_000;

/** Asks the upstreams of a repository in turn. "Not here" leads to the next; trouble does not, lest another one's content takes its place. */
@Injectable()
export class Mirror {
  readonly #absent;

  constructor(
    private readonly registries: Registries,
    private readonly logger: PluginLogger,
    clock: Clock,
  ) {
    this.#absent = new BoundedMemory<true>(clock);
  }

  async ask<Found>(question: Question<Found>): Promise<SourceResult<Found>> {
    let denial: UpstreamTrouble | undefined;
    for (const answering of await this.#asked(question)) {
      if (!answering.registry.isAsked) continue;
      try {
        const found = await this.#askOne(answering, question);
        if (found !== undefined) return { outcome: 'found', found };
      } catch (cause) {
        if (!(cause instanceof UpstreamTrouble)) throw cause;
        this.#tell(question, cause);
        if (!cause.isDenial) return unavailable(cause);
        denial ??= cause;
      }
    }
    return denial ? unavailable(denial) : { outcome: 'absent' };
  }

  async #asked({ repository, upstream }: Question<unknown>): Promise<readonly Answering[]> {
    if (upstream === undefined) return this.registries.answering(repository);
    const named = this.registries.named(repository, upstream);
    return named ? [named] : [];
  }

  async #askOne<Found>(
    answering: Answering,
    { what, signal, upstream, ask }: Question<Found>,
  ): Promise<Found | undefined> {
    const key = `${answering.registry.name} ${answering.remote} ${what}`;
    // Whoever names the upstream has just heard that it has this.
    if (upstream === undefined && this.#absent.recall(key, NO_HOLDS)) return undefined;
    using patience = new Deadline(PATIENCE, signal);
    const found = await ask(answering, patience.signal);
    if (found === undefined) this.#absent.remember(key, true);
    return found;
  }

  #tell({ repository, what }: Question<unknown>, trouble: UpstreamTrouble): void {
    const { upstream, status, message: reason } = trouble;
    this.logger.warn('an upstream cannot be asked', { repository, what, upstream, status, reason, err: trouble.cause });
  }
}

export function unavailable({
  upstream,
  status,
  retryAfter,
}: UpstreamTrouble): Extract<SourceResult<never>, { readonly outcome: 'unavailable' }> {
  return { outcome: 'unavailable', upstream, status, ...(retryAfter !== undefined && { retryAfter }) };
}
