import { Injectable } from '@nestjs/common';
import {
  deepFreeze,
  type ContextOf,
  type GateContext,
  type GateEvents,
  type HookContext,
  type HookEvents,
  type HookName,
  Meter,
  Notifier,
  type NotifyEvents,
  type SourceAnswer,
  type SourceEvents,
} from '@berth/sdk';
import { RegistryLogger } from '../logging/registry-logger.js';
import { HookCall } from './hook-call.js';
import { HookLimits } from './hook-limits.js';
import { HookQueues } from './hook-queues.js';
import { refusalOf } from './hook-refusal.js';
import { HookRegistry, type RegisteredHandler } from './hook-registry.js';
import { checkedAnswer, dropStream } from './source-answer.js';

const PASSED = Promise.resolve();
const ABSENT = Promise.resolve(Object.freeze({ outcome: 'absent' } as const));
/** Said of a source that did not answer in time. */
const GATEWAY_TIMEOUT = 504;

/** Calls the handlers of a hook as its kind says. With no handler a hook costs one look-up. */
@Injectable()
export class HookRunner extends Notifier {
  readonly #call: HookCall;
  readonly #queues: HookQueues;

  constructor(
    private readonly registry: HookRegistry,
    logger: RegistryLogger,
    meter: Meter,
    limits: HookLimits,
  ) {
    super();
    this.#call = new HookCall(limits, logger, meter);
    const help = 'Events that a full queue had no room for, or that waited when the server stopped.';
    this.#queues = new HookQueues(limits, meter.counter({ name: 'berth_hook_dropped_total', help }));
  }

  /** True where somebody listens, so that a caller need not build an event for nobody. */
  hears(name: HookName): boolean {
    return this.registry.of(name).length > 0;
  }

  /** Asks every gate in turn. Rejects with the first refusal: a RegistryError as it is, anything else as the internal error it is. */
  gate<Name extends keyof GateEvents>(name: Name, event: HookEvents[Name], context: GateContext): Promise<void> {
    const entries = this.registry.of(name);
    return entries.length === 0 ? PASSED : this.#askGates(name, entries, event, context);
  }

  /** Asks the sources in turn until one has something to say. Absent with one unavailable among them is unavailable. */
  source<Name extends keyof SourceEvents>(
    name: Name,
    event: HookEvents[Name],
    context: HookContext,
  ): Promise<SourceAnswer<Name>> {
    const entries = this.registry.of(name);
    return entries.length === 0 ? ABSENT : this.#askSources(name, entries, event, context);
  }

  notify<Name extends keyof NotifyEvents>(
    name: Name,
    event: HookEvents[Name],
    context: { readonly actor?: string | undefined; readonly requestId?: string | undefined } = {},
  ): void {
    const entries = this.registry.of(name);
    if (entries.length === 0) return;
    deepFreeze(event);
    const { actor, requestId } = context;
    for (const entry of entries) {
      this.#queues.push(name, entry, async () => {
        try {
          await this.#call.run(name, entry, event, { signal: undefined, actor, requestId });
        } catch (cause) {
          this.#call.reportFailure(name, entry, cause);
        }
      });
    }
  }

  /** Waits for the notifications that handlers have not had yet, at most `within` milliseconds. */
  drain(within: number): Promise<void> {
    return this.#queues.drain(within);
  }

  /** As `drain`; what has not been handled by then is dropped, and counted as such. */
  async stop(within: number): Promise<void> {
    await this.#queues.drain(within);
    this.#queues.stop();
  }

  async #askGates<Name extends keyof GateEvents>(
    name: Name,
    entries: readonly RegisteredHandler<Name>[],
    event: HookEvents[Name],
    context: GateContext,
  ): Promise<void> {
    deepFreeze(event);
    for (const entry of entries) {
      try {
        const answer = await this.#call.run(name, entry, event, context);
        // Whoever answers `false` means no.
        if (answer !== undefined) throw new TypeError('A gate answers with nothing or throws; this one gave a value.');
      } catch (cause) {
        const refusal = refusalOf(cause);
        if (refusal) throw refusal;
        if (!context.signal.aborted) this.#call.reportFailure(name, entry, cause);
        throw new Error(`The gate ${name} of the plugin ${entry.plugin} failed.`, { cause });
      }
    }
  }

  async #askSources<Name extends keyof SourceEvents>(
    name: Name,
    entries: readonly RegisteredHandler<Name>[],
    event: HookEvents[Name],
    context: HookContext,
  ): Promise<SourceAnswer<Name>> {
    deepFreeze(event);
    let last: SourceAnswer<Name> = { outcome: 'absent' };
    for (const entry of entries) {
      const result = await this.#ask(name, entry, event, context);
      if (result.outcome !== 'absent' && result.outcome !== 'unavailable') return result;
      if (result.outcome === 'unavailable') last = result;
    }
    return last;
  }

  async #ask<Name extends keyof SourceEvents>(
    name: Name,
    entry: RegisteredHandler<Name>,
    event: HookEvents[Name],
    context: HookContext,
  ): Promise<SourceAnswer<Name>> {
    try {
      return checkedAnswer(name, await this.#call.run(name, entry, event, context as ContextOf<Name>, dropStream));
    } catch (cause) {
      if (!context.signal.aborted) this.#call.reportFailure(name, entry, cause);
      const isLate = cause instanceof DOMException && cause.name === 'TimeoutError';
      return { outcome: 'unavailable', upstream: entry.plugin, ...(isLate && { status: GATEWAY_TIMEOUT }) };
    }
  }
}
