import { openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StorageError } from '@berth/sdk';
import { GatheredOutput } from './gathered-output.js';

/** A place for lines that can be brought up to date before the process ends. */
export type LogOutput = GatheredOutput | import('node:stream').Transform;

/** Standard output, or standard error where the output is for what was asked for. */
export type StandardStream = 1 | 2;

/**
 * Where the log goes: `file`, or a stream of the process, which is made readable where it is a terminal. StorageError where the file
 * cannot be opened.
 */
export async function openLogOutput(file: string | undefined, stream: StandardStream = 1): Promise<LogOutput> {
  if (file !== undefined) return new GatheredOutput(await openToAppend(file), reportFailure);
  const { isTTY } = stream === 1 ? process.stdout : process.stderr;
  if (!isTTY) return new GatheredOutput(stream, reportFailure);
  const { default: pretty } = await import('pino-pretty');
  return pretty({ sync: true, destination: stream, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l' });
}

async function openToAppend(file: string): Promise<number> {
  try {
    await mkdir(dirname(file), { recursive: true });
    return openSync(file, 'a');
  } catch (cause) {
    throw new StorageError('denied', 'opening', `the log ${file}`, cause);
  }
}

/** A full disk under the log must not end the server: what cannot be logged is said where a supervisor looks. */
function reportFailure(error: Error): void {
  process.stderr.write(`berth: the log cannot be written: ${error.message}\n`);
}

/** Has what was gathered written now: for lines that a crash must not take. */
export function writeOut(output: LogOutput): void {
  if (output instanceof GatheredOutput) void output.flush();
}

/** How long what has been gathered may take to be written when the server ends. Milliseconds. */
const LAST_WRITE_TIME = 1000;

/**
 * Writes out what has been gathered, and lets go of the output: nothing may be written to it afterwards. Where it cannot be
 * written in time, what is left is lost.
 */
export async function closeLogOutput(output: LogOutput): Promise<void> {
  if (!(output instanceof GatheredOutput)) return;
  const timeout = new AbortController();
  const { signal } = timeout;
  await Promise.race([output.flush(), delay(LAST_WRITE_TIME, undefined, { signal, ref: true })]);
  timeout.abort();
  output.destroy();
}
