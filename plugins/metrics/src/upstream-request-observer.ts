import { Injectable } from '@nestjs/common';
import type { HookHandler, NotifyEvents } from '@berth/sdk';
import { RequestTracing } from './request-tracing.js';

/** Each request to an upstream that is over: a span of it, where the request that caused it is traced. */
@Injectable()
export class UpstreamRequestObserver implements HookHandler<'upstream.requested'> {
  constructor(private readonly tracing: RequestTracing) {}

  handle(event: NotifyEvents['upstream.requested']): Promise<void> {
    this.tracing.upstreamRequested(event);
    return Promise.resolve();
  }
}
