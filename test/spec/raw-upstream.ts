import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** An upstream below HTTP: says on its sockets whatever a test wants, when a request has come. */
export class RawUpstream {
  /** The heads of requests, each with its first line. */
  readonly requests: string[] = [];
  say: (socket: Socket, head: string) => void = () => undefined;
  readonly #sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      // Whoever asks may go away at any time.
      socket.on('error', () => undefined);
      socket.on('data', (bytes: Buffer) => {
        this.requests.push(bytes.toString());
        this.say(socket, bytes.toString());
      });
    });
  }

  static async start(): Promise<RawUpstream> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new RawUpstream(server);
  }

  get host(): string {
    return `127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  async close(): Promise<void> {
    this.server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.server, 'close');
  }
}

/** Says `piece` again and again, until the other side has gone. */
export function endlessly(socket: Socket, piece: string): void {
  const write = (): void => {
    while (socket.writable && socket.write(piece));
    if (socket.writable) socket.once('drain', write);
  };
  write();
}
