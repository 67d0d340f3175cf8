import { type PluginLogFields, PluginLogger } from '../ports/plugin-logger.js';

export interface LoggedLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: PluginLogFields;
}

/** Keeps its lines. */
export class FakePluginLogger extends PluginLogger {
  readonly lines: LoggedLine[] = [];

  debug(message: string, fields: PluginLogFields = {}): void {
    this.lines.push({ level: 'debug', message, fields });
  }

  info(message: string, fields: PluginLogFields = {}): void {
    this.lines.push({ level: 'info', message, fields });
  }

  warn(message: string, fields: PluginLogFields = {}): void {
    this.lines.push({ level: 'warn', message, fields });
  }

  error(message: string, fields: PluginLogFields = {}): void {
    this.lines.push({ level: 'error', message, fields });
  }
}
