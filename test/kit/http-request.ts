import { Agent, type IncomingMessage, request as requestHttp } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { RegistryRequest, RegistryRequestOptions, RegistryResponse } from './registry-request.js';

/** Requests over real sockets, which are kept for the next until `close`. */
export class HttpConnections {
  private readonly agent = new Agent({ keepAlive: true });

  /** `url`: of the server, without a path. */
  constructor(private readonly url: string) {}

  readonly request: RegistryRequest = async (method, path, options = {}): Promise<RegistryResponse> => {
    const response = await this.send(method, path, options);
    return { status: response.statusCode ?? 0, headers: response.headers, body: await buffer(response) };
  };

  close(): void {
    this.agent.destroy();
  }

  private send(method: string, path: string, { headers = {}, body }: RegistryRequestOptions): Promise<IncomingMessage> {
    const { hostname, port } = new URL(this.url);
    return new Promise((resolve, reject) => {
      // The path goes out as it stands: a URL parser would tidy up what a test wants to see refused.
      const sent = requestHttp({ agent: this.agent, hostname, port, method, path, headers });
      sent.once('response', resolve);
      // A server that has answered may close the connection before it has read all; the answer stands.
      sent.on('error', reject);
      if (body === undefined || Buffer.isBuffer(body)) sent.end(body);
      else body.once('error', (cause) => sent.destroy(cause)).pipe(sent);
    });
  }
}
