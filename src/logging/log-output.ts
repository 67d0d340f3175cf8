import { pino } from 'pino';

/** A place for lines that can be brought up to date before the process ends. */
export type LogOutput = ReturnType<typeof pino.destination> | import('node:stream').Transform;

/** Gathered before they are written, in bytes; a timer writes what is left. */
const GATHERED_BYTES = 4096;

/** Where the log goes: `file`, or standard output, which is made readable where it is a terminal. */
export async function openLogOutput(file: string | undefined): Promise<LogOutput> {
  if (file === undefined && process.stdout.isTTY) {
    const { default: pretty } = await import('pino-pretty');
    return pretty({ sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l' });
  }
  return pino.destination({ dest: file ?? 1, mkdir: true, sync: false, minLength: GATHERED_BYTES, periodicFlush: 200 });
}

/** Writes out what has been gathered. */
export function flushLogOutput(output: LogOutput): void {
  if ('flushSync' in output) output.flushSync();
}
