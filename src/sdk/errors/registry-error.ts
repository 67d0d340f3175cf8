import { ERROR_CODES, type ErrorCode } from './error-codes.js';

export interface RegistryErrorOptions {
  /** Answered instead of the table's status. */
  readonly status?: number;
  /** Answered instead of the table's message. */
  readonly message?: string;
  /** Any JSON that helps the client: which reference, which key. */
  readonly detail?: unknown;
  /** Headers the answer needs, such as `Range` or `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** A refusal that the client may see in full. spec.md#error-codes */
export class RegistryError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly detail: unknown;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, options: RegistryErrorOptions = {}) {
    const row = ERROR_CODES[code];
    super(options.message ?? row.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'RegistryError';
    this.code = code;
    this.status = options.status ?? row.status;
    this.detail = options.detail;
    this.headers = options.headers ?? {};
  }
}
