import { type Socket, connect } from 'node:net';
import { once } from 'node:events';

/** A TCP connection on which a test may write what no HTTP client would. */
export class RawConnection {
  private received = Buffer.alloc(0);
  /** Resolves with everything the server sent once it has closed its side, however it did so. */
  readonly closed: Promise<string>;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => (this.received = Buffer.concat([this.received, chunk])));
    // A reset is one of the ways in which a server ends a connection; what came before it is looked at.
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => socket.once('close', () => resolve(this.text)));
  }

  /** Connects to the server at `url`. */
  static async open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port) });
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  /** What the server has sent so far. */
  get text(): string {
    return this.received.toString('latin1');
  }

  /** Writes bytes as they are and waits until the kernel has them. */
  async write(bytes: string | Buffer): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.socket.write(bytes, () => {
      resolve(undefined);
    });
    return promise;
  }

  /** Says that nothing more will come, and leaves the other direction open. */
  endWriting(): void {
    this.socket.end();
  }

  /** Goes away without a word. */
  destroy(): void {
    this.socket.destroy();
  }
}

/** The first line and the headers of a request, ended by the empty line. */
export function requestHead(method: string, target: string, headers: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries({ host: 'registry.example', ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** The status and the body of the first response in `text`. @throws Error where there is none. */
export function parseResponse(text: string): { readonly status: number; readonly body: string } {
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1];
  if (status === undefined) throw new Error(`no response: ${JSON.stringify(text)}`);
  const end = text.indexOf('\r\n\r\n');
  const body = text.slice(end + 4);
  const isChunked = /^transfer-encoding: chunked$/im.test(text.slice(0, end));
  return { status: Number(status), body: isChunked ? withoutChunkLines(body) : body };
}

/** RFC 9112 section 7.1, without trailers. */
function withoutChunkLines(body: string): string {
  const lineEnd = body.indexOf('\r\n');
  const size = Number.parseInt(body.slice(0, lineEnd), 16);
  if (!(size > 0)) return '';
  const start = lineEnd + 2;
  return body.slice(start, start + size) + withoutChunkLines(body.slice(start + size + 2));
}
