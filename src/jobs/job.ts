/** Work that is done again and again. */
export interface Job {
  readonly name: string;
  /** Milliseconds from the end of the start-up to the first run, and from one start to the next. */
  readonly interval: number;
  /** Milliseconds after which a run is aborted. */
  readonly timeout: number;
  /** Does the work; stops soon after `signal` aborts. */
  run(signal: AbortSignal): Promise<void>;
}
