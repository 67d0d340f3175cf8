import type { ErrorCode } from '@berth/sdk';

/** The spec's error answer. spec.md#error-codes */
export function errorBody(code: ErrorCode, message: string, detail?: unknown): Buffer {
  return Buffer.from(JSON.stringify({ errors: [{ code, message, ...(detail === undefined ? {} : { detail }) }] }));
}

export const ERROR_TYPE = 'application/json';
