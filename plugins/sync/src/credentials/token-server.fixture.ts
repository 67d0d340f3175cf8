import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface TokenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly form: URLSearchParams;
}

export interface TokenServer {
  readonly host: string;
  readonly url: string;
  readonly requests: TokenRequest[];
  /** What it answers. */
  answer: { readonly status: number; readonly document: unknown };
  readonly close: () => Promise<void>;
}

/** A server that gives what it is told to, on a port that the kernel chooses. */
export async function startTokenServer(): Promise<TokenServer> {
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { method = '', url: path = '', headers } = request;
      started.requests.push({ method, path, headers, body, form: new URLSearchParams(body) });
      const { status, document } = started.answer;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const started: TokenServer = {
    host,
    url: `http://${host}/token`,
    requests: [],
    answer: { status: 200, document: { access_token: 'the-token', expires_in: 3600 } },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return started;
}
