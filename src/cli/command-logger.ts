import type { LogConfig } from '../logging/log.config.js';
import { openLogOutput } from '../logging/log-output.js';
import { RegistryLogger } from '../logging/registry-logger.js';

const STANDARD_ERROR = 2;
/** What a command has to say it says itself. */
const CHATTER: ReadonlySet<string> = new Set(['trace', 'debug', 'info']);

/** The log of a command that a plugin adds: where it goes to no file, what goes wrong, beside what the command prints. */
export async function commandLoggerOf({ level, output }: Pick<LogConfig, 'level' | 'output'>): Promise<RegistryLogger> {
  const isToFile = output !== undefined;
  const shown = !isToFile && CHATTER.has(level) ? 'warn' : level;
  return new RegistryLogger(await openLogOutput(output, STANDARD_ERROR), shown);
}
