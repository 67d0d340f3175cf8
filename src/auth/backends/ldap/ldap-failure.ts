import { ResultCodeError } from 'ldapts';

/** What an answer says of the directory rather than of what was asked (RFC 4511, appendix A). */
const DIRECTORY_IN_TROUBLE = new Map([
  [3, 'the time limit is exceeded'],
  [51, 'busy'],
  [52, 'unavailable'],
  [53, 'unwilling to perform'],
]);

const OTHER_ANSWERS = new Map([
  [1, 'operations error; it may want a bind before a search'],
  [4, 'the size limit is exceeded'],
  [8, 'stronger authentication is required; it may want TLS'],
  [11, 'an administrative limit is exceeded'],
  [13, 'confidentiality is required: it wants TLS'],
  [32, 'no such object; see baseDN and groupBaseDN'],
  [48, 'inappropriate authentication'],
  [49, 'invalid credentials'],
  [50, 'insufficient access'],
]);

/** Why a directory did not tell. The message is for the log: it holds no name of a user, no distinguished name, no secret. */
export class LdapFailure extends Error {
  constructor(
    message: string,
    /** True where the next login is likely to fail in the same way: the breaker counts it. What one user can cause is not. */
    readonly counts: boolean,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

/** Too many logins waited for a connection: this says nothing of the server, since anybody can send them. */
export class NoPlace extends LdapFailure {
  constructor(cause: unknown) {
    super('too many logins wait for a connection', false, cause);
  }
}

/** The connection went away under a request. */
export class ConnectionLost extends LdapFailure {
  /** `cause`: what the socket says of it, if anything. */
  constructor(cause?: Error | null) {
    super(`the connection was closed before the answer${cause ? `: ${textOf(cause)}` : ''}`, true, cause);
  }
}

/** `cause` of a search or a bind as what it means. */
export function failureOf(cause: unknown): LdapFailure {
  if (cause instanceof LdapFailure) return cause;
  if (cause instanceof ResultCodeError) {
    const trouble = DIRECTORY_IN_TROUBLE.get(cause.code);
    // Its own text may name entries.
    const text = trouble ?? OTHER_ANSWERS.get(cause.code) ?? 'an error';
    return new LdapFailure(`the directory answers: ${text} (${String(cause.code)})`, trouble !== undefined);
  }
  return new LdapFailure(`an answer that makes no sense: ${textOf(cause)}`, false, cause);
}

/** `cause` of a connection that could not be made ready for use. No user has a hand in that, so it counts. */
export function openingFailureOf(cause: unknown, step: 'connect' | 'TLS' | 'service account'): LdapFailure {
  const reason = cause instanceof ResultCodeError ? failureOf(cause).message : textOf(cause);
  const text: Record<typeof step, string> = {
    connect: `cannot connect: ${reason}`,
    TLS: `TLS fails: ${reason}`,
    'service account': `the service account cannot log in: ${reason}`,
  };
  return new LdapFailure(text[step], true, cause);
}

function textOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  // One for each address of a host; all of them say the same.
  if (cause instanceof AggregateError && cause.errors.length > 0) return textOf(cause.errors[0]);
  // What OpenSSL says, without where in its sources.
  if ('reason' in cause && typeof cause.reason === 'string') return cause.reason;
  return cause.message === '' && 'code' in cause ? String(cause.code) : cause.message;
}
