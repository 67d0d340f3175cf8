import { connect, type Socket } from 'node:net';
import { type HttpResponse, ResponseParser } from './response-parser.ts';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT';

/** A request whose head is rendered once and may be sent many times. */
export interface HttpRequest {
  readonly method: Method;
  readonly path: string;
  readonly head: Buffer;
  /** Pieces of the body in order; their lengths add up to the Content-Length in the head. */
  readonly body: readonly Buffer[];
}

/** Renders a request for the server at `origin`; a method with a body gets its Content-Length. */
export function renderRequest(
  origin: URL,
  method: Method,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body: readonly Buffer[] = [],
): HttpRequest {
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${origin.host}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (method === 'POST' || method === 'PUT') {
    lines.push(`Content-Length: ${body.reduce((sum, piece) => sum + piece.length, 0)}`);
  }
  return { method, path, head: Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body };
}

interface Exchange {
  readonly request: HttpRequest;
  readonly sink: ((piece: Buffer) => void) | undefined;
  readonly resolve: (response: HttpResponse) => void;
  readonly reject: (error: Error) => void;
}

/** One keep-alive connection that carries one request after the other, reading into one reused buffer. */
export class HttpConnection {
  readonly #socket: Socket;
  readonly #parser = new ResponseParser();
  #exchange: Exchange | undefined;

  private constructor(origin: URL, onConnect: () => void) {
    const buffer = Buffer.allocUnsafe(256 * 1024);
    this.#socket = connect({
      host: origin.hostname,
      port: Number(origin.port),
      noDelay: true,
      onread: {
        buffer,
        callback: (length) => {
          this.#receive(buffer.subarray(0, length));
          return true;
        },
      },
    });
    this.#socket.once('connect', onConnect);
    this.#socket.on('error', (error) => {
      this.#fail(error);
    });
    this.#socket.on('close', () => {
      this.#fail(new Error('the server closed the connection'));
    });
  }

  /** Connects, or rejects with the socket's error. */
  static open(origin: URL): Promise<HttpConnection> {
    return new Promise((resolve, reject) => {
      const connection = new HttpConnection(origin, () => {
        connection.#socket.off('error', reject);
        resolve(connection);
      });
      connection.#socket.once('error', reject);
    });
  }

  /**
   * Sends one request and waits for the whole answer.
   * @param sink receives each piece of the answer's body, valid only during the call; without it the body is discarded
   */
  send(request: HttpRequest, sink?: (piece: Buffer) => void): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      if (this.#exchange !== undefined) throw new Error('a connection carries one request at a time');
      this.#exchange = { request, sink, resolve, reject };
      this.#parser.expect(request.method === 'HEAD');
      if (request.body.length === 0) this.#socket.write(request.head);
      else this.#write([request.head, ...request.body], 0);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Writes the pieces while the socket takes them: a 100 MiB body must not be queued in memory at once. */
  #write(pieces: readonly Buffer[], from: number): void {
    this.#socket.cork();
    let next = from;
    let taken = true;
    while (taken && next < pieces.length) {
      const piece = pieces[next];
      if (piece !== undefined) taken = this.#socket.write(piece);
      next += 1;
    }
    this.#socket.uncork();
    if (next < pieces.length) {
      this.#socket.once('drain', () => {
        this.#write(pieces, next);
      });
    }
  }

  #receive(bytes: Buffer): void {
    const exchange = this.#exchange;
    if (exchange === undefined) {
      this.#socket.destroy(new Error('bytes that no request asked for'));
      return;
    }
    try {
      const response = this.#parser.read(bytes, exchange.sink);
      if (response === undefined) return;
      this.#exchange = undefined;
      exchange.resolve(response);
    } catch (error) {
      this.#socket.destroy(new Error('the answer cannot be read', { cause: error }));
    }
  }

  #fail(error: Error): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    if (exchange === undefined) return;
    const { method, path } = exchange.request;
    exchange.reject(new Error(`${method} ${path}: ${error.message}`, { cause: error }));
  }
}
