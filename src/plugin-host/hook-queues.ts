import { setTimeout as delay } from 'node:timers/promises';
import type { Counter, HookName } from '@berth/sdk';
import { BoundedQueue } from './bounded-queue.js';
import type { HookLimits } from './hook-limits.js';
import type { RegisteredHandler } from './hook-registry.js';

/** The events that wait for handlers of notifications: a queue for each. */
export class HookQueues {
  readonly #queues = new Map<object, BoundedQueue>();
  #isStopped = false;

  constructor(
    private readonly limits: HookLimits,
    private readonly dropped: Counter,
  ) {}

  /** `task` must not throw. */
  push(hook: HookName, entry: Pick<RegisteredHandler<HookName>, 'plugin'>, task: () => Promise<void>): void {
    const drop = (): void => {
      this.dropped.add({ hook, plugin: entry.plugin });
    };
    if (this.#isStopped) {
      drop();
      return;
    }
    let queue = this.#queues.get(entry);
    if (!queue) this.#queues.set(entry, (queue = new BoundedQueue(this.limits.queuedEvents, drop)));
    queue.push(task);
  }

  /** Waits until nothing waits, at most `within` milliseconds. */
  async drain(within: number): Promise<void> {
    const expired = new AbortController();
    const idle = Promise.all([...this.#queues.values()].map((queue) => queue.idle()));
    await Promise.race([idle, delay(within, undefined, { signal: expired.signal })]);
    expired.abort();
  }

  /** Drops what waits, and whatever comes later. */
  stop(): void {
    this.#isStopped = true;
    for (const queue of this.#queues.values()) queue.clear();
  }
}
