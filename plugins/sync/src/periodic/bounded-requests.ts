import { setTimeout as delay } from 'node:timers/promises';
import { Deadline } from '../upstream/deadline.js';
import { RequestSlots } from '../upstream/request-slots.js';
import { UpstreamTrouble } from '../upstream/upstream-trouble.js';
import { MirrorFailure } from './mirror-failure.js';

/** What a run does at once, where `reqConcurrent` says nothing: as much as zot does. */
const AT_ONCE = 3;
const MOST_AT_ONCE = 16;
/** Milliseconds that an answer which is no transfer may take. */
const PATIENCE = 60_000;
/** How often a run waits because an upstream told it to, and how long at most, in milliseconds. */
const MOST_WAITS = 10;
const LONGEST_WAIT = 3_600_000;
const TOO_MANY = 429;

/** What one run asks of its upstream: so much at once, and after a 429 nothing until the upstream wants to be asked again. */
export class BoundedRequests {
  readonly atOnce: number;
  readonly #slots: RequestSlots;

  /** `reqConcurrent`: 0 where there is no bound. Of more than one, one is left to whoever pulls. */
  constructor(reqConcurrent: number) {
    this.atOnce = reqConcurrent === 0 ? AT_ONCE : Math.min(Math.max(reqConcurrent - 1, 1), MOST_AT_ONCE);
    this.#slots = new RequestSlots({ atOnce: this.atOnce, perSecond: undefined });
  }

  /** Something that is soon over. */
  ask<Said>(work: (signal: AbortSignal) => Promise<Said>, signal: AbortSignal): Promise<Said> {
    return this.transfer(async () => {
      using deadline = new Deadline(PATIENCE, signal);
      return await work(deadline.signal);
    }, signal);
  }

  /** Something that takes as long as it takes. */
  async transfer<Said>(work: () => Promise<Said>, signal: AbortSignal): Promise<Said> {
    for (let waits = 0; ; waits++) {
      const said = await this.#attempt(work, signal, waits >= MOST_WAITS);
      if ('said' in said) return said.said;
      await delay(said.wait, undefined, { signal, ref: false });
    }
  }

  async #attempt<Said>(
    work: () => Promise<Said>,
    signal: AbortSignal,
    isLast: boolean,
  ): Promise<{ readonly said: Said } | { readonly wait: number }> {
    const release = await this.#slots.take(signal);
    try {
      return { said: await work() };
    } catch (cause) {
      const wait = waitOf(cause);
      if (isLast || wait === undefined || wait > LONGEST_WAIT) throw cause;
      return { wait };
    } finally {
      release();
    }
  }
}

/** Milliseconds. */
function waitOf(cause: unknown): number | undefined {
  if (!(cause instanceof UpstreamTrouble) && !(cause instanceof MirrorFailure)) return undefined;
  return cause.status === TOO_MANY ? Math.max(cause.retryAfter ?? 1, 0.1) * 1000 : undefined;
}
