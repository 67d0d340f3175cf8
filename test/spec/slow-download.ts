import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';

/** One GET whose body is taken as it comes, or not at all while it is paused. */
export class SlowDownload {
  readonly #pieces: Buffer[] = [];
  #length = 0;
  /** Resolves true where all came that was announced, false where the connection was cut. */
  readonly ended: Promise<boolean>;

  private constructor(readonly response: IncomingMessage) {
    response.on('data', (piece: Buffer) => {
      this.#pieces.push(piece);
      this.#length += piece.byteLength;
    });
    response.on('error', () => undefined);
    this.ended = new Promise((resolve) =>
      response.once('close', () => {
        resolve(response.complete);
      }),
    );
  }

  /** Resolves when the head of the answer has come; rejects where the connection is cut before. */
  static async begin(url: string, headers: Readonly<Record<string, string>> = {}): Promise<SlowDownload> {
    const sent = request(url, { headers, agent: false }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return new SlowDownload(response);
  }

  get length(): number {
    return this.#length;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  pause(): this {
    this.response.pause();
    return this;
  }

  resume(): void {
    this.response.resume();
  }

  /** Goes away. */
  leave(): void {
    this.response.destroy();
  }
}
