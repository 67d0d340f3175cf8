import { PluginLogger, type PluginLogFields } from '@berth/sdk';
import type { RegistryLogger } from '../logging/registry-logger.js';

/** The server's log, each line marked with its plugin. */
export class PluginLog extends PluginLogger {
  constructor(
    private readonly plugin: string,
    private readonly logger: RegistryLogger,
  ) {
    super();
  }

  debug(message: string, fields: PluginLogFields = {}): void {
    this.logger.debug({ ...fields, plugin: this.plugin }, message);
  }

  info(message: string, fields: PluginLogFields = {}): void {
    this.logger.info({ ...fields, plugin: this.plugin }, message);
  }

  warn(message: string, fields: PluginLogFields = {}): void {
    this.logger.warn({ ...fields, plugin: this.plugin }, message);
  }

  error(message: string, fields: PluginLogFields = {}): void {
    this.logger.error({ ...fields, plugin: this.plugin }, message);
  }
}
