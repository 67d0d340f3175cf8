import { setTimeout as delay } from 'node:timers/promises';
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
} from '@opentelemetry/api';
import { type CounterSeries, type NotifyEvents, type PluginLogger, TraceContext } from '@berth/sdk';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { GivenIds } from './given-ids.js';
import type { TracingConfig } from './tracing.config.js';

export interface SpanRecorderParts {
  readonly config: TracingConfig;
  readonly logger: PluginLogger;
  /** Counts spans by what became of them. */
  readonly spans: { readonly sent: CounterSeries; readonly failed: CounterSeries };
  /** How long a batch, and the last one at the end, may take to be sent, in milliseconds; default 5 s. */
  readonly patience?: number;
}

/** What is known of a span when it is over. */
interface FinishedSpan {
  readonly name: string;
  readonly kind: SpanKind;
  /** As a `traceparent` says it; a span that has none is not traced. */
  readonly own: string | undefined;
  readonly parent: string | undefined;
  /** Milliseconds. */
  readonly duration: number;
  readonly attributes: Attributes;
  readonly isFailure: boolean;
}

const PATIENCE = 5_000;
/** ExportResultCode.SUCCESS of @opentelemetry/core. */
const EXPORTED = 0;
const TRACES_PATH = '/v1/traces';

/** Makes spans of requests, ours and those to upstreams, and sends them, in batches, to a collector by OTLP over HTTP. Imported only where tracing is configured. */
export class SpanRecorder {
  readonly #ids = new GivenIds();
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;
  readonly #patience: number;

  constructor(parts: SpanRecorderParts) {
    const { endpoint } = parts.config;
    this.#patience = parts.patience ?? PATIENCE;
    const exporter = new OTLPTraceExporter({ url: urlOf(endpoint), timeoutMillis: this.#patience });
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'berth' }),
      // What a span carries says already whether it is wanted.
      sampler: new AlwaysOnSampler(),
      idGenerator: this.#ids,
      spanProcessors: [new BatchSpanProcessor({ exporter: reporting(exporter, parts) })],
    });
    this.#tracer = this.#provider.getTracer('berth');
  }

  request(event: NotifyEvents['request.completed'], requestId: string | undefined): void {
    const { method, route, status, duration, repository, traceparent, span } = event;
    this.#record({
      name: nameOf(method, route),
      kind: SpanKind.SERVER,
      own: span,
      parent: traceparent,
      duration,
      attributes: {
        'http.request.method': method,
        'http.route': route,
        'http.response.status_code': status,
        ...(repository === undefined ? {} : { 'berth.repository': repository }),
        ...(requestId === undefined ? {} : { 'berth.request_id': requestId }),
      },
      isFailure: status >= 500,
    });
  }

  upstreamRequest(event: NotifyEvents['upstream.requested']): void {
    const { upstream, method, route, repository, status, duration, traceparent, span } = event;
    this.#record({
      name: nameOf(method, route),
      kind: SpanKind.CLIENT,
      own: span,
      parent: traceparent,
      duration,
      attributes: {
        'http.request.method': method,
        'server.address': upstream,
        'berth.repository': repository,
        ...(status === undefined ? {} : { 'http.response.status_code': status }),
      },
      isFailure: status === undefined || status >= 400,
    });
  }

  /** It ends now. */
  #record({ name, kind, own, parent, duration, attributes, isFailure }: FinishedSpan): void {
    const ids = TraceContext.parse(own);
    if (!ids?.isSampled) return;
    this.#ids.use(ids);
    const end = performance.timeOrigin + performance.now();
    const span = this.#tracer.startSpan(name, { kind, startTime: end - duration, attributes }, parentOf(parent));
    if (isFailure) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(end);
  }

  /** Sends what is left; rejects where that takes longer than the patience. */
  async close(): Promise<void> {
    const done = new AbortController();
    try {
      await Promise.race([this.#provider.shutdown(), this.#outOfPatience(done.signal)]);
    } finally {
      done.abort();
    }
  }

  async #outOfPatience(done: AbortSignal): Promise<void> {
    // It rejects only where `done` ends the waiting.
    await delay(this.#patience, undefined, { signal: done }).catch(() => undefined);
    if (!done.aborted)
      throw new Error(`The collector did not take the last spans within ${String(this.#patience)} ms.`);
  }
}

function urlOf(endpoint: string): string {
  const url = new URL(endpoint);
  if (url.pathname === '/') url.pathname = TRACES_PATH;
  return url.href;
}

function nameOf(method: string, route: string): string {
  return route === '' ? method : `${method} ${route}`;
}

function parentOf(traceparent: string | undefined): Context {
  const parent = TraceContext.parse(traceparent);
  if (!parent) return ROOT_CONTEXT;
  const { traceId, spanId } = parent;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true });
}

/** `exporter`, with what it cannot send counted and logged. */
function reporting(exporter: SpanExporter, { config, logger, spans }: SpanRecorderParts): SpanExporter {
  return {
    export(batch: ReadableSpan[], done) {
      exporter.export(batch, (result) => {
        const code: number = result.code;
        const isSent = code === EXPORTED;
        (isSent ? spans.sent : spans.failed).add(batch.length);
        if (!isSent)
          logger.warn('spans could not be sent', { endpoint: config.endpoint, spans: batch.length, err: result.error });
        done(result);
      });
    },
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => exporter.shutdown(),
  };
}
