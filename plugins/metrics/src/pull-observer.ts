import { Injectable } from '@nestjs/common';
import type { HookHandler, NotifyEvents } from '@berth/sdk';
import { RepositoryFigures } from './repository-figures.js';

@Injectable()
export class PullObserver implements HookHandler<'manifest.pulled'> {
  constructor(private readonly figures: RepositoryFigures) {}

  handle({ repository }: NotifyEvents['manifest.pulled']): Promise<void> {
    this.figures.pulled(repository);
    return Promise.resolve();
  }
}
