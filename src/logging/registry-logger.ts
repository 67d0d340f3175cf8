import type { LoggerService } from '@nestjs/common';
import { type Logger, pino } from 'pino';
import { closeLogOutput, type LogOutput } from './log-output.js';
import { type RequestLine, requestLine } from './request-line.js';
import { timeField } from './time-field.js';

export type LogFields = Readonly<Record<string, unknown>>;

/** The server's log. Also takes what Nest has to say. */
export class RegistryLogger implements LoggerService {
  readonly #pino: Logger;
  readonly #output: LogOutput;

  constructor(output: LogOutput, level: string) {
    this.#output = output;
    this.#pino = pino({ level, base: null, timestamp: timeField }, output);
  }

  debug(fields: LogFields | string, message?: string): void {
    this.#write('debug', fields, message);
  }

  info(fields: LogFields | string, message?: string): void {
    this.#write('info', fields, message);
  }

  warn(fields: LogFields | string, message?: string): void {
    this.#write('warn', fields, message);
  }

  error(fields: LogFields | string, message?: string): void {
    this.#write('error', fields, message);
  }

  /** The line of a request that is over, at the level `info`. */
  request(line: RequestLine): void {
    if (this.#pino.isLevelEnabled('info')) this.#output.write(requestLine(line));
  }

  /** Nest tells of every module and route at this level; that is detail here. */
  log(text: string, context?: string): void {
    this.#pino.debug({ context }, text);
  }

  verbose(text: string, context?: string): void {
    this.#pino.trace({ context }, text);
  }

  fatal(text: string, context?: string): void {
    this.#pino.fatal({ context }, text);
  }

  /** Writes out what has been gathered; nothing may be logged afterwards. */
  async close(): Promise<void> {
    await closeLogOutput(this.#output);
  }

  #write(level: 'debug' | 'info' | 'warn' | 'error', fields: LogFields | string, message?: string): void {
    if (typeof fields === 'string') this.#pino[level](message === undefined ? {} : { context: message }, fields);
    else this.#pino[level](fields, message);
  }
}
