import { Injectable } from '@nestjs/common';
import type { HookHandler } from '@berth/sdk';
import { ChangeFollower } from './change-follower.js';

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
  constructor(private readonly follower: ChangeFollower) {}

  handle(): Promise<void> {
    this.follower.begin();
    return Promise.resolve();
  }
}
