export interface TroubleFacts {
  /** What the upstream said, or 502 and 504 for what it did not say. */
  readonly status?: number;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
  /** True: it is not the upstream that said so, but where it sent us. */
  readonly isElsewhere?: boolean;
  readonly cause?: unknown;
}

/** An upstream did not say whether it has the content, or gave something else. `message` says why. */
export class UpstreamTrouble extends Error {
  readonly status: number;
  readonly retryAfter: number | undefined;
  readonly isElsewhere: boolean;

  constructor(
    /** Host of the upstream. */
    readonly upstream: string,
    message: string,
    { status = 502, retryAfter, isElsewhere = false, cause }: TroubleFacts = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'UpstreamTrouble';
    this.status = status;
    this.retryAfter = retryAfter;
    this.isElsewhere = isElsewhere;
  }

  /** It does not let us have it, whatever there is: many say so of what is not there. */
  get isDenial(): boolean {
    return this.status === 401 || this.status === 403;
  }
}
