import { createServer, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** What is answered at a path: JSON, a status, text as it stands, nothing ever, or a beginning, after which nothing comes. */
export type Answer =
  { readonly json: unknown } | { readonly status: number } | { readonly text: string } | 'hang' | 'stall';

/** The server of somebody that issues tokens. */
export class KeyServer implements AsyncDisposable {
  readonly answers = new Map<string, Answer>();
  /** The paths that were asked for, in order. */
  readonly asked: string[] = [];

  private constructor(
    private readonly server: Server,
    private readonly scheme: string,
  ) {}

  /** With `tls`, PEM, it speaks HTTPS. */
  static async start(tls?: { readonly key: string; readonly cert: string }): Promise<KeyServer> {
    const server = tls ? createSecureServer(tls) : createServer();
    const keyServer = new KeyServer(server, tls ? 'https' : 'http');
    server.on('request', ({ url = '' }, response: ServerResponse) => {
      keyServer.asked.push(url);
      keyServer.#answer(response, keyServer.answers.get(url) ?? { status: 404 });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return keyServer;
  }

  get url(): string {
    return `${this.scheme}://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  /** Answers as an issuer whose keys are `jwks`. */
  issue(jwks: unknown, issuer = this.url): void {
    const document = { issuer, jwks_uri: `${this.url}/keys` };
    this.answers.set('/.well-known/openid-configuration', { json: document });
    this.answers.set('/keys', { json: jwks });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  #answer(response: ServerResponse, answer: Answer): void {
    if (answer === 'hang') return;
    if (answer === 'stall') response.writeHead(200).write('{"keys":[');
    else if ('status' in answer) response.writeHead(answer.status, { location: `${this.url}/keys` }).end();
    else response.end('json' in answer ? JSON.stringify(answer.json) : answer.text);
  }
}
