import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Meter, type NotifyEvents, PluginLogger, Tracing } from '@berth/sdk';
import { MetricsConfig } from './metrics.config.js';
import type { SpanRecorder } from './span-recorder.js';

/** Traces requests where `tracing` is configured; otherwise loads nothing and connects to nobody. */
@Injectable()
export class RequestTracing implements OnModuleInit, OnApplicationShutdown {
  #recorder: SpanRecorder | undefined;

  constructor(
    private readonly config: MetricsConfig,
    private readonly logger: PluginLogger,
    private readonly meter: Meter,
    private readonly tracing: Tracing,
  ) {}

  async onModuleInit(): Promise<void> {
    const { tracing } = this.config;
    if (!tracing) return;
    const { SpanRecorder } = await import('./span-recorder.js');
    const help = 'Spans, by whether the collector took them.';
    const counter = this.meter.counter({ name: 'berth_metrics_spans_total', help });
    const spans = { sent: counter.with({ outcome: 'sent' }), failed: counter.with({ outcome: 'failed' }) };
    this.#recorder = new SpanRecorder({ config: tracing, logger: this.logger, spans });
    this.tracing.turnOn(tracing.sampleRatio);
  }

  completed(event: NotifyEvents['request.completed'], requestId: string | undefined): void {
    this.#recorder?.request(event, requestId);
  }

  upstreamRequested(event: NotifyEvents['upstream.requested']): void {
    this.#recorder?.upstreamRequest(event);
  }

  async onApplicationShutdown(): Promise<void> {
    try {
      await this.#recorder?.close();
    } catch (cause) {
      this.logger.warn('the last spans could not be sent', { err: cause });
    }
  }
}
