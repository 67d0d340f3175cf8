import type { IncomingMessage, ServerResponse } from 'node:http';

export interface UpstreamUser {
  readonly user: string;
  readonly password: string;
}

/** Whom a fake upstream lets in: everyone, a user with a password, or whoever has a token of its own. */
export type UpstreamAccessRule =
  | { readonly kind: 'open' }
  | ({ readonly kind: 'basic' } & UpstreamUser)
  /** `user`: whom tokens are given to; absent: everyone. `expiresIn`: seconds. */
  | { readonly kind: 'bearer'; readonly user?: UpstreamUser; readonly expiresIn?: number };

/** Where its tokens are given. */
export const TOKEN_PATH = '/token';

/** The door of a fake upstream. */
export class UpstreamAccess {
  rule: UpstreamAccessRule = { kind: 'open' };
  readonly #tokens = new Map<string, string>();
  #given = 0;

  /** What was given until now is good for nothing. */
  rotateTokens(): void {
    this.#tokens.clear();
  }

  /** True where the request may pass; else it has been answered with 401 and challenges that are hard to read. */
  admits(request: IncomingMessage, response: ServerResponse, repository: string): boolean {
    const { rule } = this;
    const { authorization = '', host = '' } = request.headers;
    if (rule.kind === 'open') return true;
    if (rule.kind === 'basic') {
      if (authorization === basic(rule)) return true;
      response.setHeader('www-authenticate', 'Basic realm="a registry, of sorts", charset="UTF-8"');
    } else {
      const scope = `repository:${repository}:pull`;
      if (this.#tokens.get(authorization.replace(/^Bearer /, '')) === scope) return true;
      const bearer = `Bearer realm="http://${host}${TOKEN_PATH}",service="fake, \\"quoted\\"",scope="${scope}"`;
      response.setHeader('www-authenticate', [`Negotiate, ${bearer}`, 'Digest realm=x']);
    }
    response.writeHead(401, { 'content-type': 'application/json' }).end('{"errors":[{"code":"UNAUTHORIZED"}]}');
    return false;
  }

  /** The token service. */
  giveToken(request: IncomingMessage, response: ServerResponse, query: URLSearchParams): void {
    const { rule } = this;
    const user = rule.kind === 'bearer' ? rule.user : undefined;
    if (user && request.headers.authorization !== basic(user)) {
      response.writeHead(401).end('{"details":"incorrect username or password"}');
      return;
    }
    if (query.get('service') !== 'fake, "quoted"') {
      response.writeHead(400).end('{"details":"for another service"}');
      return;
    }
    const token = `token-${String(++this.#given)}`;
    this.#tokens.set(token, query.get('scope') ?? '');
    const expiresIn = rule.kind === 'bearer' ? rule.expiresIn : undefined;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ token, ...(expiresIn !== undefined && { expires_in: expiresIn }) }));
  }
}

function basic({ user, password }: UpstreamUser): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
