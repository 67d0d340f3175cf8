import type { Action } from '@berth/sdk';
import type { HttpReply, HttpRequest } from '../http/exchange.js';
import { externalUrlOf, hiddenHostOf } from '../http/external-url.js';

/** Where the server's own tokens are given out. */
export const TOKEN_PATH = '/auth/token';

/** In which ways clients may show who they are, and what they need for it. */
export interface ChallengeForms {
  /** `realm`: the URL of a token server; absent for the server's own. */
  readonly bearer?: { readonly realm?: string | undefined; readonly service: string };
  readonly basic?: { readonly realm: string };
}

/** What a token has to be good for, and what is wrong with the one that was shown. RFC 6750 section 3 */
export interface Demand {
  readonly scope?: string | undefined;
  readonly error?: 'invalid_token' | 'insufficient_scope' | undefined;
}

/** As the router has it. spec.md#determining-support */
const PING_PATH = '/v2';

/**
 * Asks for credentials: Bearer first, Basic second, each in a header of its own, since clients take the first one they know, and read
 * one challenge a header. `GET /v2/` asks for Bearer alone where there are tokens: docker tries all its challenges in turn and gives up at
 * Basic where it has no password. RFC 9110 section 11.6.1; the token protocol of Docker
 */
export function putChallenges(request: HttpRequest, reply: HttpReply, forms: ChallengeForms, demand: Demand): void {
  const values: string[] = [];
  if (forms.bearer) {
    const { realm = ownRealm(request), service } = forms.bearer;
    const parameters = [
      ['realm', realm],
      ['service', service],
      ['scope', demand.scope],
      ['error', demand.error],
    ] as const;
    const given = parameters.filter(([, value]) => value !== undefined);
    values.push(`Bearer ${given.map(([name, value]) => `${name}=${quoted(value ?? '')}`).join(',')}`);
  }
  const hasToken = forms.bearer && request.routeOptions.url === PING_PATH;
  if (forms.basic && !hasToken) values.push(`Basic realm=${quoted(forms.basic.realm)}, charset="UTF-8"`);
  // On Node's own response, past which nothing is sent.
  if (values.length > 0) reply.raw.setHeader('WWW-Authenticate', values);
}

/** With the host that was asked, where the token server could not tell by itself which repository a name means there. */
function ownRealm(request: HttpRequest): string {
  const host = hiddenHostOf(request);
  return `${externalUrlOf(request)}${TOKEN_PATH}${host === undefined ? '' : `?host=${encodeURIComponent(host)}`}`;
}

/** What a token must say to be good for `action` in `repository`. */
export function scopeOf(repository: string, action: Action): string {
  return `repository:${repository}:${SCOPE_ACTIONS[action]}`;
}

const SCOPE_ACTIONS: Readonly<Record<Action, string>> = {
  read: 'pull',
  create: 'pull,push',
  update: 'pull,push',
  delete: 'delete',
};

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
