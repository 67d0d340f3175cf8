import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
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
  output.on('error', reportFailure);
  return output;
}

/** A full disk under the log must not end the server: what cannot be logged is said where a supervisor looks. */
function reportFailure(error: Error): void {
  process.stderr.write(`berth: the log cannot be written: ${error.message}\n`);
}

/** How long what has been gathered may take to be written when the server ends. Milliseconds. */
const LAST_WRITE_TIME = 1000;

/**
 * Writes out what has been gathered, and lets go of the output: nothing may be written to it afterwards. Where it cannot be
 * written, what is left is lost; pino's own flush at the end of a process would try for ever.
 */
export async function closeLogOutput(output: LogOutput): Promise<void> {
  if (!('flushSync' in output)) return;
  const flushed = new Promise<void>((resolve) => {
    output.flush(() => {
      resolve();
    });
  });
  const timeout = new AbortController();
  const { signal } = timeout;
  await Promise.race([flushed, delay(LAST_WRITE_TIME, undefined, { signal, ref: true })]);
  timeout.abort();
  output.destroy();
}
