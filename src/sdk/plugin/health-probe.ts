/** Says whether a part of a plugin works. Asked by `/readyz`, at most once a second, with a deadline of two seconds. */
export interface HealthProbe {
  readonly name: string;
  /** True: the server is not ready while this fails. False: the failure is shown, and the server stays ready. */
  readonly critical: boolean;
  /** Resolves while it works; rejects with what is wrong. */
  check(signal: AbortSignal): Promise<void>;
}
