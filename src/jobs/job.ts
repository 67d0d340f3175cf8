import type { Schedule } from '@berth/sdk';

/** Work that is done again and again. */
export interface Job {
  /** `<plugin>.<name>` for a job of a plugin. */
  readonly name: string;
  readonly schedule: Schedule;
  /** Milliseconds after which a run is aborted. */
  readonly timeout: number;
  /**
   * With `every`, when a job that has never run is due: soon after the start of the server (the default), or one interval after the
   * first start that knew the job.
   */
  readonly firstRun?: 'soon' | 'afterInterval';
  /** Does the work; stops soon after `signal` aborts. */
  run(signal: AbortSignal): Promise<void>;
}
