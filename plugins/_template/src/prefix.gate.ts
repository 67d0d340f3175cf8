import { Injectable } from '@nestjs/common';
import { type HookEvents, type HookHandler, PluginLogger, RegistryError } from '@berth/sdk';
import { PluginConfig } from './plugin.config.js';
import { Refusals } from './refusals.js';

/** Asked before an upload begins. What it throws is the client's answer. */
@Injectable()
export class PrefixGate implements HookHandler<'upload.beforeStart'> {
  constructor(
    private readonly config: PluginConfig,
    private readonly refusals: Refusals,
    private readonly logger: PluginLogger,
  ) {}

  async handle({ repository }: HookEvents['upload.beforeStart']): Promise<void> {
    const prefix = this.config.forbidden.find((name) => repository === name || repository.startsWith(`${name}/`));
    if (prefix === undefined) return;
    this.refusals.add();
    this.logger.info('a push was refused', { repository, prefix });
    throw new RegistryError('DENIED', { detail: { forbidden: prefix } });
  }
}
