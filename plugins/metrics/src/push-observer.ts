import { Injectable } from '@nestjs/common';
import type { HookHandler, NotifyEvents } from '@berth/sdk';
import { RepositoryFigures } from './repository-figures.js';

@Injectable()
export class PushObserver implements HookHandler<'manifest.pushed'> {
  constructor(private readonly figures: RepositoryFigures) {}

  handle({ repository }: NotifyEvents['manifest.pushed']): Promise<void> {
    this.figures.pushed(repository);
    return Promise.resolve();
  }
}
