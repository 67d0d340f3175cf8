import { definePlugin } from '@berth/sdk';
import { PluginConfig } from './plugin.config.js';
import { PrefixGate } from './prefix.gate.js';
import { Refusals } from './refusals.js';
import { RefusalsController } from './refusals.controller.js';

export default definePlugin({
  name: 'template',
  description: 'Refuses pushes below the prefixes that its section names',
  config: PluginConfig,
  providers: [Refusals],
  hooks: { 'upload.beforeStart': PrefixGate },
  routes: [RefusalsController],
  permissions: [{ name: 'read', description: 'see what was refused' }],
});
