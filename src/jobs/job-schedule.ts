import type { Schedule } from '@berth/sdk';
import { CronTime } from 'cron';
import type { Job } from './job.js';

/** The zone that cron expressions are read in. */
export const CRON_ZONE = 'UTC';
/** A job that is due when the server starts waits for this much of its interval at most, so that all do not begin at once. */
const SPREAD = 0.1;
const LONGEST_SPREAD = 60_000;

/** Node's timers count 31 bits of milliseconds, 24.8 days; a longer time becomes that. */
export const LONGEST_TIMER = 2 ** 31 - 1;

/** Throws an Error that names the job where its schedule or its time-out means nothing. */
export function checkSchedule({ name, schedule, timeout }: Pick<Job, 'name' | 'schedule' | 'timeout'>): void {
  const fault = faultOf(schedule);
  if (fault !== undefined) throw new Error(`The job ${name} has no valid schedule: ${fault}.`);
  if (!isDuration(timeout)) throw new Error(`The job ${name} has no valid time-out: ${String(timeout)}.`);
}

/**
 * Milliseconds from now to the first run of a job that runs every so often. `from`: when it last started, or was first known
 * where it waits for its first interval; `undefined`: it is due. `chance`: from 0 to 1.
 */
export function firstDelay(every: number, from: number | undefined, now: number, chance: number): number {
  const soon = chance * Math.min(every * SPREAD, LONGEST_SPREAD);
  // A clock that was set back must not put it off for longer than its interval.
  return from === undefined ? soon : Math.min(Math.max(from + every - now, soon), every);
}

function faultOf(schedule: unknown): string | undefined {
  if (typeof schedule !== 'object' || schedule === null) return 'it needs { every } or { cron }';
  if ('cron' in schedule) return cronFault(schedule.cron);
  if (!('every' in schedule)) return 'it needs { every } or { cron }';
  const { every } = schedule as Extract<Schedule, { every: number }>;
  return isDuration(every) ? undefined : `every ${String(every)} is not a number of milliseconds above 0`;
}

function isDuration(value: number): boolean {
  return Number.isFinite(value) && value >= 1;
}

function cronFault(cron: unknown): string | undefined {
  const fields = typeof cron === 'string' ? cron.trim().split(/\s+/).length : 0;
  if (fields !== 5 && fields !== 6) return `${JSON.stringify(cron)} is no cron expression of five or six fields`;
  try {
    // Also finds out whether it is ever due: 30 February is not.
    new CronTime(String(cron), CRON_ZONE).sendAt();
    return undefined;
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    return `${JSON.stringify(cron)} is no cron expression: ${reason}`;
  }
}
