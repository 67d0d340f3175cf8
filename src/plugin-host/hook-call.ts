import type {
  ContextOf,
  Counter,
  GateContext,
  Histogram,
  HistogramSeries,
  HookEvents,
  HookName,
  Meter,
} from '@berth/sdk';
import type { RegistryLogger } from '../logging/registry-logger.js';
import { withDeadline } from './hook-deadline.js';
import type { HookLimits } from './hook-limits.js';
import type { RegisteredHandler } from './hook-registry.js';

/** Who caused the event; `signal` is absent where nothing but the deadline ends the work. */
interface Cause {
  readonly signal: AbortSignal | undefined;
  readonly actor: string | undefined;
  readonly requestId: string | undefined;
  readonly traceparent?: string | undefined;
}

const HANDLER_SECONDS = [0.0001, 0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 10, 30];

/** One call of one handler: bounded, measured, and over when it is over. */
export class HookCall {
  readonly #failures: Counter;
  readonly #duration: Histogram;
  /** By the registered handler, which is of one hook. */
  readonly #durations = new WeakMap<object, HistogramSeries>();

  constructor(
    private readonly limits: HookLimits,
    private readonly logger: RegistryLogger,
    meter: Meter,
  ) {
    const help = 'Handlers that threw, ran out of time or gave an answer that is none.';
    this.#failures = meter.counter({ name: 'berth_hook_failures_total', help });
    this.#duration = meter.histogram({
      name: 'berth_hook_duration_seconds',
      help: 'Time that handlers of hooks took.',
      buckets: HANDLER_SECONDS,
    });
  }

  /**
   * Gives what the handler answers, whatever that is. Rejects with what it throws, and at its deadline. `onLateAnswer`: what
   * becomes of an answer that comes later.
   */
  async run<Name extends HookName>(
    name: Name,
    entry: RegisteredHandler<Name>,
    event: HookEvents[Name],
    cause: ContextOf<Name> | Cause,
    onLateAnswer?: (answer: unknown) => void,
  ): Promise<unknown> {
    const { plugin, handler } = entry;
    const { signal, actor, requestId, traceparent } = cause;
    const started = performance.now();
    const call = { isOver: false };
    const onLate = (outcome: PromiseSettledResult<unknown>): void => {
      if (outcome.status === 'fulfilled') onLateAnswer?.(outcome.value);
      else this.#reportLate(name, plugin, outcome.reason);
    };
    try {
      return await withDeadline<unknown>(
        { deadline: this.limits.deadlineOf(name), signal, onLate },
        (boundedSignal) => {
          const warn = 'warn' in cause ? { warn: warnUntil(call, cause) } : {};
          return handler.handle(withOwnBytes(event), {
            get signal() {
              return boundedSignal();
            },
            actor,
            requestId,
            traceparent,
            ...warn,
          } as ContextOf<Name>);
        },
      );
    } finally {
      call.isOver = true;
      this.#durationOf(name, entry).observe((performance.now() - started) / 1000);
    }
  }

  reportFailure(hook: HookName, { plugin }: { readonly plugin: string }, cause: unknown): void {
    this.#failures.add({ hook, plugin });
    this.logger.warn({ hook, plugin, err: cause }, 'a hook handler failed');
  }

  #durationOf(hook: HookName, entry: { readonly plugin: string }): HistogramSeries {
    let series = this.#durations.get(entry);
    if (!series) this.#durations.set(entry, (series = this.#duration.with({ hook, plugin: entry.plugin })));
    return series;
  }

  /** It counted as failed at its deadline already, and nothing of what it does now changes the answer. */
  #reportLate(hook: HookName, plugin: string, cause: unknown): void {
    this.logger.info({ hook, plugin, err: cause }, 'a hook handler threw after nobody waited for it any more');
  }
}

/** A warning that comes after the answer has no place in it. */
function warnUntil(call: { readonly isOver: boolean }, context: Pick<GateContext, 'warn'>): GateContext['warn'] {
  // What a plugin in JavaScript says may be anything.
  return (text: unknown) => {
    if (!call.isOver) context.warn(String(text));
  };
}

/** Bytes cannot be frozen, so each handler has its own: what it does to them nobody else sees. */
function withOwnBytes<Event extends object>(event: Event): Event {
  const bytes = Object.entries(event).filter(([, value]) => value instanceof Uint8Array) as [string, Uint8Array][];
  if (bytes.length === 0) return event;
  return Object.freeze({ ...event, ...Object.fromEntries(bytes.map(([key, value]) => [key, new Uint8Array(value)])) });
}
