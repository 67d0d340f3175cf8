/** When a job runs: every so many milliseconds, or as a cron expression of five or six fields says, in UTC. */
export type Schedule = { readonly every: number } | { readonly cron: string };

/** Work that a plugin does again and again: on one process at a time, and never twice at once. */
export interface PluginJob {
  /** Lower-case words joined by dashes; `<plugin>.<name>` in logs, metrics and the record of runs. */
  readonly name: string;
  readonly schedule: Schedule;
  /** Milliseconds after which a run is aborted; default one hour. */
  readonly timeout?: number;
  /** Does the work; stops soon after `signal` aborts, and may throw the reason. */
  run(signal: AbortSignal): Promise<void>;
}
