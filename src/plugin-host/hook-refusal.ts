import { validateHeaderName, validateHeaderValue } from 'node:http';
import { ERROR_CODES, type ErrorCode, RegistryError } from '@berth/sdk';

/**
 * `cause` as a refusal that can be answered: a RegistryError, or one that another copy of the SDK made. `undefined` for
 * anything else, also for one whose status is no refusal or whose headers or detail cannot be sent.
 */
export function refusalOf(cause: unknown): RegistryError | undefined {
  if (!(cause instanceof Error) || cause.name !== 'RegistryError') return undefined;
  const { code, status, detail, headers } = cause as Partial<RegistryError>;
  if (!isErrorCode(code) || !isRefusal(status) || !isJson(detail) || !areHeaders(headers)) return undefined;
  if (cause instanceof RegistryError) return cause;
  return new RegistryError(code, { status, message: cause.message, detail, headers, cause });
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_CODES, code);
}

function isRefusal(status: unknown): status is number {
  return Number.isInteger(status) && Number(status) >= 400 && Number(status) < 600;
}

function isJson(detail: unknown): boolean {
  try {
    JSON.stringify(detail);
    return true;
  } catch {
    // Circular, or a BigInt.
    return false;
  }
}

function areHeaders(headers: unknown): headers is Readonly<Record<string, string>> {
  if (typeof headers !== 'object' || headers === null) return false;
  try {
    for (const [name, value] of Object.entries(headers)) {
      validateHeaderName(name);
      validateHeaderValue(name, value as string);
    }
    return true;
  } catch {
    // Node says which character is at fault; the caller logs the whole error.
    return false;
  }
}
