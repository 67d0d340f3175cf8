import { Injectable } from '@nestjs/common';
import type { HookContext, HookHandler, NotifyEvents } from '@berth/sdk';
import { RepositoryFigures } from './repository-figures.js';
import { RequestTracing } from './request-tracing.js';

/** Each request that is over: its repository's numbers, and a span of it where that is wanted. */
@Injectable()
export class RequestObserver implements HookHandler<'request.completed'> {
  constructor(
    private readonly figures: RepositoryFigures,
    private readonly tracing: RequestTracing,
  ) {}

  handle(event: NotifyEvents['request.completed'], { requestId }: HookContext): Promise<void> {
    this.figures.requested(event.repository, event.status, event.duration);
    this.tracing.completed(event, requestId);
    return Promise.resolve();
  }
}
