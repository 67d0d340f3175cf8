import type { IssuedToken } from './token-issuer.js';

/** An answer of the token server. */
export interface TokenAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** RFC 6749, 5.1: nothing on the way may keep a token. */
const NEVER_KEPT = { 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache' } as const;

/** Both names of the token, since some clients read the one and some the other. */
export function answerToken({ token, issuedAt, expiresIn }: IssuedToken): TokenAnswer {
  const body = {
    token,
    access_token: token,
    expires_in: expiresIn,
    issued_at: new Date(issuedAt).toISOString(),
  };
  return { status: 200, headers: NEVER_KEPT, body };
}

/** The same to a form, as OAuth2 wants it. */
export function answerGrant(issued: IssuedToken): TokenAnswer {
  const answer = answerToken(issued);
  return { ...answer, body: { ...answer.body, token_type: 'Bearer', scope: issued.scopes.join(' ') } };
}

/** RFC 6749, 5.2. */
export function answerRefusal(error: string, description: string): TokenAnswer {
  return { status: 400, headers: NEVER_KEPT, body: { error, error_description: description } };
}

/** User and password do not go together, in the words of OAuth2 and of a registry. A token is no way in here, so Bearer is no challenge. */
export function answerWrongPassword(service: string): TokenAnswer {
  const { headers, body } = answerRefusal('invalid_grant', 'user and password do not go together');
  return {
    status: 401,
    headers: { ...headers, 'www-authenticate': `Basic realm="${service}", charset="UTF-8"` },
    body: { ...body, errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] },
  };
}
