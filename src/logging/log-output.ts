import { once } from 'node:events';
import { StorageError } from '@berth/sdk';
import { pino } from 'pino';

/** A place for lines that can be brought up to date before the process ends. */
export type LogOutput = ReturnType<typeof pino.destination> | import('node:stream').Transform;

/** Gathered before they are written, in bytes; a timer writes what is left. */
const GATHERED_BYTES = 4096;

/**
 * Where the log goes: `file`, or standard output, which is made readable where it is a terminal. StorageError where the file
 * cannot be opened.
 */
export async function openLogOutput(file: string | undefined): Promise<LogOutput> {
  if (file === undefined && process.stdout.isTTY) {
    const { default: pretty } = await import('pino-pretty');
    return pretty({ sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l' });
  }
  const dest = file ?? 1;
  const output = pino.destination({ dest, mkdir: true, sync: false, minLength: GATHERED_BYTES, periodicFlush: 200 });
  try {
    await once(output, 'ready');
  } catch (cause) {
    throw new StorageError('denied', 'opening', `the log ${String(dest)}`, cause);
  }
  output.on('error', (error: Error) => {
    failed.add(output);
    reportFailure(error);
  });
  return output;
}

/** Outputs that could not write: pino's own flush would try for ever. */
const failed = new WeakSet<object>();

/** A full disk under the log must not end the server: what cannot be logged is said where a supervisor looks. */
function reportFailure(error: Error): void {
  process.stderr.write(`berth: the log cannot be written: ${error.message}\n`);
}

/** Writes out what has been gathered. */
export function flushLogOutput(output: LogOutput): void {
  if (!('flushSync' in output) || failed.has(output)) return;
  try {
    output.flushSync();
  } catch (cause) {
    reportFailure(cause instanceof Error ? cause : new Error(String(cause)));
  }
}
