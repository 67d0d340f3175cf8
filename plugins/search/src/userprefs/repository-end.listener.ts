import { Injectable } from '@nestjs/common';
import type { HookHandler, NotifyEvents } from '@berth/sdk';
import { Preferences } from './preferences.js';

/** Whoever marked a repository did not mean another one that comes under its name. */
@Injectable()
export class RepositoryEndListener implements HookHandler<'repository.deleted'> {
  constructor(private readonly preferences: Preferences) {}

  handle({ repository }: NotifyEvents['repository.deleted']): Promise<void> {
    return this.preferences.forget(repository);
  }
}
