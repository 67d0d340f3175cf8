/** One operation as a client sends it. */
export interface Operation {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>> | undefined;
}

/** What a request holds: one operation, or an array of them, which is answered with an array. */
export type Operations =
  | { readonly isBatch: false; readonly operations: readonly [Operation] }
  | { readonly isBatch: true; readonly operations: readonly Operation[] };

/** A request that holds no operation. Answered with `status` and, in GraphQL's form, `message`. */
export class RequestRefusal extends Error {
  override readonly name = 'RequestRefusal';

  constructor(
    readonly status: 400 | 413 | 415,
    message: string,
  ) {
    super(message);
  }
}
