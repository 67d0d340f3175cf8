import type { ConfigError } from '../config/config-error.js';
import { type Console, PROCESS_CONSOLE } from './console.js';

/** Writes everything that `error` says is wrong with a configuration: file, key, found and allowed of each violation. */
export function printViolations({ violations }: ConfigError, console: Console = PROCESS_CONSOLE): void {
  const count = violations.length === 1 ? '1 violation' : `${String(violations.length)} violations`;
  const blocks = violations.map(
    ({ file, key, found, allowed }) => `${file}: ${key}\n    found:   ${found}\n    allowed: ${allowed}\n`,
  );
  console.err(`The configuration is not valid: ${count}\n${blocks.join('')}`);
}
