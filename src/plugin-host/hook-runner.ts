import { Injectable } from '@nestjs/common';
import {
  type ContextOf,
  type GateContext,
  type GateEvents,
  type HookContext,
  type HookEvents,
  type HookName,
  Meter,
  Notifier,
  type NotifyEvents,
  RegistryError,
  type SourceEvents,
  type SourceFinds,
  type SourceResult,
} from '@berth/sdk';
import { RegistryLogger } from '../logging/registry-logger.js';
import { BoundedQueue } from './bounded-queue.js';
import { deadlineOf, withDeadline } from './hook-deadline.js';
import { HookRegistry, type RegisteredHandler } from './hook-registry.js';

/** At most so many events wait for one handler. */
const QUEUED_EVENTS = 1000;
const OUTCOMES: ReadonlySet<unknown> = new Set(['found', 'absent', 'stale', 'unavailable']);
/** Said of a source that did not answer in time. */
const GATEWAY_TIMEOUT = 504;
const NEVER = new AbortController().signal;

/** Calls the handlers of a hook as its kind says. With no handler a hook costs one look-up. */
@Injectable()
export class HookRunner extends Notifier {
  readonly #queues = new WeakMap<object, BoundedQueue>();
  readonly #failures;
  readonly #dropped;

  constructor(
    private readonly registry: HookRegistry,
    private readonly logger: RegistryLogger,
    meter: Meter,
  ) {
    super();
    this.#failures = meter.counter({
      name: 'berth_hook_failures_total',
      help: 'Handlers that threw or ran out of time.',
    });
    this.#dropped = meter.counter({ name: 'berth_hook_dropped_total', help: 'Events a full queue had no room for.' });
  }

  /** True where somebody listens, so that a caller need not build an event for nobody. */
  hears(name: HookName): boolean {
    return this.registry.of(name).length > 0;
  }

  /** Asks every gate in turn. Throws the first refusal: a RegistryError as it is, anything else as the internal error it is. */
  async gate<Name extends keyof GateEvents>(name: Name, event: HookEvents[Name], context: GateContext): Promise<void> {
    for (const entry of this.registry.of(name)) {
      try {
        await this.#handle(name, entry, event, context);
      } catch (cause) {
        if (cause instanceof RegistryError) throw cause;
        this.#reportFailure(name, entry, cause);
        throw new Error(`The gate ${name} of the plugin ${entry.plugin} failed.`, { cause });
      }
    }
  }

  /** Asks the sources in turn until one has something to say. Absent with one unavailable among them is unavailable. */
  async source<Name extends keyof SourceEvents>(
    name: Name,
    event: HookEvents[Name],
    context: HookContext,
  ): Promise<SourceResult<SourceFinds[Name]>> {
    let last: SourceResult<SourceFinds[Name]> = { outcome: 'absent' };
    for (const entry of this.registry.of(name)) {
      const result = await this.#ask(name, entry, event, context);
      if (result.outcome === 'found' || result.outcome === 'stale') return result;
      if (result.outcome === 'unavailable') last = result;
    }
    return last;
  }

  notify<Name extends keyof NotifyEvents>(
    name: Name,
    event: HookEvents[Name],
    context: { readonly actor?: string | undefined; readonly requestId?: string | undefined } = {},
  ): void {
    const entries = this.registry.of(name);
    if (entries.length === 0) return;
    Object.freeze(event);
    const { actor, requestId } = context;
    for (const entry of entries) {
      this.#queueOf(name, entry).push(async () => {
        try {
          await this.#handle(name, entry, event, { signal: NEVER, actor, requestId } as ContextOf<Name>);
        } catch (cause) {
          this.#reportFailure(name, entry, cause);
        }
      });
    }
  }

  async #ask<Name extends keyof SourceEvents>(
    name: Name,
    entry: RegisteredHandler<Name>,
    event: HookEvents[Name],
    context: HookContext,
  ): Promise<SourceResult<SourceFinds[Name]>> {
    try {
      const result = (await this.#handle(name, entry, event, context as ContextOf<Name>)) as
        SourceResult<SourceFinds[Name]> | undefined;
      if (result && typeof result === 'object' && OUTCOMES.has(result.outcome)) return result;
      throw new TypeError('A source must say found, absent, stale or unavailable.');
    } catch (cause) {
      this.#reportFailure(name, entry, cause);
      const isLate = cause instanceof DOMException && cause.name === 'TimeoutError';
      return { outcome: 'unavailable', upstream: entry.plugin, ...(isLate && { status: GATEWAY_TIMEOUT }) };
    }
  }

  #handle<Name extends HookName>(
    name: Name,
    { handler }: RegisteredHandler<Name>,
    event: HookEvents[Name],
    context: ContextOf<Name>,
  ): Promise<unknown> {
    Object.freeze(event);
    return withDeadline<unknown>(deadlineOf(name), context.signal, (signal) =>
      handler.handle(event, boundedContext(context, signal)),
    );
  }

  #queueOf(name: HookName, entry: { readonly plugin: string }): BoundedQueue {
    let queue = this.#queues.get(entry);
    if (!queue) {
      queue = new BoundedQueue(QUEUED_EVENTS, () => {
        this.#dropped.add({ hook: name, plugin: entry.plugin });
      });
      this.#queues.set(entry, queue);
    }
    return queue;
  }

  #reportFailure(name: HookName, { plugin }: { readonly plugin: string }, cause: unknown): void {
    this.#failures.add({ hook: name, plugin });
    this.logger.warn({ hook: name, plugin, err: cause }, 'a hook handler failed');
  }
}

/** What a handler gets: a context of the caller may have more, and things a spread would lose. */
function boundedContext<Name extends HookName>(context: ContextOf<Name>, signal: AbortSignal): ContextOf<Name> {
  const { actor, requestId } = context;
  const warn = 'warn' in context ? { warn: (text: string) => context.warn(text) } : {};
  return { signal, actor, requestId, ...warn } as ContextOf<Name>;
}
