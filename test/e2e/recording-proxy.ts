import { once } from 'node:events';
import { type Server, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';

export interface Exchange {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly status: number;
  /** Bytes of the request's body. */
  readonly sent: number;
}

/** Stands between a client and a registry, changes nothing, and keeps what was asked and answered. */
export class RecordingProxy {
  readonly exchanges: Exchange[] = [];

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {}

  /** Listens on 127.0.0.1 on a port of the kernel's choice. */
  static async start(targetUrl: string): Promise<RecordingProxy> {
    const server = createServer();
    const proxy = new RecordingProxy(server, new URL(targetUrl));
    server.on('request', (incoming, outgoing) => {
      const { method = '', url = '' } = incoming;
      let sent = 0;
      const { hostname, port } = proxy.target;
      const onward = request({ hostname, port, method, path: url, headers: incoming.headers }, (response) => {
        proxy.exchanges.push({ method, url, status: response.statusCode ?? 0, sent });
        outgoing.writeHead(response.statusCode ?? 0, response.rawHeaders);
        pipeline(response, outgoing).catch(() => outgoing.destroy());
      });
      onward.on('error', () => outgoing.destroy());
      incoming.on('data', (chunk: Buffer) => (sent += chunk.length));
      pipeline(incoming, onward).catch(() => outgoing.destroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  /** Host and port, as an image name begins. */
  get host(): string {
    return `127.0.0.1:${String(addressOf(this.server).port)}`;
  }

  /** Forgets what it has kept. */
  clear(): void {
    this.exchanges.length = 0;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy does not listen');
  return address;
}
