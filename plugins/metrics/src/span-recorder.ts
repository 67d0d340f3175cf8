import { setTimeout as delay } from 'node:timers/promises';
import { type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import type { CounterSeries, NotifyEvents, PluginLogger } from '@berth/sdk';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type ReadableSpan,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { parseTraceParent } from './trace-parent.js';
import type { TracingConfig } from './tracing.config.js';

export interface SpanRecorderParts {
  readonly config: TracingConfig;
  readonly logger: PluginLogger;
  /** Counts spans by what became of them. */
  readonly spans: { readonly sent: CounterSeries; readonly failed: CounterSeries };
  /** How long a batch, and the last one at the end, may take to be sent, in milliseconds; default 5 s. */
  readonly patience?: number;
}

const PATIENCE = 5_000;
/** ExportResultCode.SUCCESS of @opentelemetry/core. */
const EXPORTED = 0;
const TRACES_PATH = '/v1/traces';

/** Makes spans of requests and sends them, in batches, to a collector by OTLP over HTTP. Imported only where tracing is configured. */
export class SpanRecorder {
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;
  readonly #patience: number;

  constructor(parts: SpanRecorderParts) {
    const { endpoint, sampleRatio } = parts.config;
    this.#patience = parts.patience ?? PATIENCE;
    const exporter = new OTLPTraceExporter({ url: urlOf(endpoint), timeoutMillis: this.#patience });
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'berth' }),
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleRatio) }),
      spanProcessors: [new BatchSpanProcessor({ exporter: reporting(exporter, parts) })],
    });
    this.#tracer = this.#provider.getTracer('berth');
  }

  /** One span, which ends now. */
  record(event: NotifyEvents['request.completed'], requestId: string | undefined): void {
    const { method, route, status, duration, repository, traceparent } = event;
    const end = performance.timeOrigin + performance.now();
    const span = this.#tracer.startSpan(
      route === '' ? method : `${method} ${route}`,
      {
        kind: SpanKind.SERVER,
        startTime: end - duration,
        attributes: {
          'http.request.method': method,
          'http.route': route,
          'http.response.status_code': status,
          ...(repository === undefined ? {} : { 'berth.repository': repository }),
          ...(requestId === undefined ? {} : { 'berth.request_id': requestId }),
        },
      },
      parentOf(traceparent),
    );
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
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

function parentOf(traceparent: string | undefined): Context {
  const parent = parseTraceParent(traceparent);
  return parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
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
