export interface TroubleFacts {
  /** What the upstream said, or 502 and 504 for what it did not say. */
  readonly status?: number;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

/** An upstream did not say whether it has the content, or gave something else. `message` says why. */
export class UpstreamTrouble extends Error {
  readonly status: number;
  readonly retryAfter: number | undefined;

  constructor(
    /** Host of the upstream. */
    readonly upstream: string,
    message: string,
    { status = 502, retryAfter, cause }: TroubleFacts = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'UpstreamTrouble';
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /** It does not let us have it, whatever there is: many say so of what is not there. */
  get isDenial(): boolean {
    return this.status === 401 || this.status === 403;
  }
}
