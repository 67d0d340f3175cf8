import { Injectable } from '@nestjs/common';
import type { HookHandler } from '@berth/sdk';
import { IndexKeeper } from './index-keeper.js';

/** Sees to it that changes are followed as soon as there is one. What it says itself is not looked at: the feed says all. */
@Injectable()
export class IndexWaker
  implements
    HookHandler<'manifest.pushed'>,
    HookHandler<'manifest.deleted'>,
    HookHandler<'tag.moved'>,
    HookHandler<'tag.deleted'>,
    HookHandler<'repository.deleted'>
{
  constructor(private readonly keeper: IndexKeeper) {}

  handle(): Promise<void> {
    this.keeper.begin();
    return Promise.resolve();
  }
}
