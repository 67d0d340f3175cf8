import { Global, Module } from '@nestjs/common';
import { Notifier } from '@berth/sdk';
import { HookRegistry } from './hook-registry.js';
import { HookRunner } from './hook-runner.js';
import { PluginCatalog } from './plugin-catalog.js';

@Global()
@Module({
  providers: [HookRegistry, HookRunner, PluginCatalog, { provide: Notifier, useExisting: HookRunner }],
  exports: [HookRegistry, HookRunner, Notifier, PluginCatalog],
})
export class PluginHostModule {}
