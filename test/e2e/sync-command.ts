import { type CommandResult, tryCommand } from './run-command.js';
import { SERVER_ENTRY } from './server-process.js';

/** `berth sync <config> ...`. */
export function berthSync(configPath: string, ...args: readonly string[]): Promise<CommandResult> {
  return tryCommand(process.execPath, [SERVER_ENTRY, 'sync', configPath, ...args]);
}
