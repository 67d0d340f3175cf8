import { Injectable } from '@nestjs/common';
import type { HookHandler, NotifyEvents } from '@berth/sdk';
import { RepositoryFigures } from './repository-figures.js';

@Injectable()
export class RepositoryEndObserver implements HookHandler<'repository.deleted'> {
  constructor(private readonly figures: RepositoryFigures) {}

  handle({ repository }: NotifyEvents['repository.deleted']): Promise<void> {
    this.figures.deleted(repository);
    return Promise.resolve();
  }
}
