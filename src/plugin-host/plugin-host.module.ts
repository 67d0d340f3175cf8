import { Global, Module } from '@nestjs/common';
import { Notifier } from '@berth/sdk';
import { HookRegistry } from './hook-registry.js';
import { HookRunner } from './hook-runner.js';

@Global()
@Module({
  providers: [HookRegistry, HookRunner, { provide: Notifier, useExisting: HookRunner }],
  exports: [HookRegistry, HookRunner, Notifier],
})
export class PluginHostModule {}
