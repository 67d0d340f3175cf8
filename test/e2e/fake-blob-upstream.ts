import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** An upstream that has one blob, gives ranges of it, and counts what it sends. */
export class FakeBlobUpstream {
  /** The first byte of each answer. */
  readonly asked: number[] = [];
  /** Bytes that it has sent. */
  sent = 0;
  /** `undefined`: as fast as they are taken. */
  bytesPerSecond: number | undefined;
  readonly #server: Server;

  /** `read` gives the bytes from a position on. */
  private constructor(
    private readonly size: number,
    private readonly read: (start: number) => Readable,
  ) {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(size: number, read: (start: number) => Readable): Promise<FakeBlobUpstream> {
    const upstream = new FakeBlobUpstream(size, read);
    upstream.#server.listen(0, '127.0.0.1');
    await once(upstream.#server, 'listening');
    return upstream;
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    this.asked.push(start);
    response.writeHead(start > 0 ? 206 : 200, { 'content-length': this.size - start });
    const paced = new Transform({
      transform: (piece: Buffer, _encoding, done) => {
        this.sent += piece.byteLength;
        const pause = this.bytesPerSecond === undefined ? 0 : (1000 * piece.byteLength) / this.bytesPerSecond;
        if (pause === 0) done(null, piece);
        else void delay(pause).then(() => done(null, piece));
      },
    });
    // Whoever has gone is no matter of an upstream.
    await pipeline(this.read(start), paced, response).catch(() => undefined);
  }
}
