import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { TLSSocket, type TLSSocketOptions } from 'node:tls';

export interface FakeRequest {
  readonly kind: 'bind' | 'search' | 'startTls';
  /** All bytes of it: names and values can be found in them. */
  readonly text: string;
  /** The number that its answer must have. */
  readonly id: number;
  readonly isSecure: boolean;
}

/** A result code; bytes as they are; or nothing, for ever. `closed`: the connection ends. */
export type FakeAnswer = number | Buffer | 'nothing' | 'closed';

const KINDS = new Map<number | undefined, FakeRequest['kind']>([
  [0x60, 'bind'],
  [0x63, 'search'],
  [0x77, 'startTls'],
]);
const ANSWER_TAGS: Record<FakeRequest['kind'], number> = { bind: 0x61, search: 0x65, startTls: 0x78 };

/** BER, with one byte of length, which is enough for all that is sent here. */
export function ber(tag: number, ...parts: readonly (Buffer | string)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([Buffer.from([tag, content.length]), content]);
}

export function fakeResult({ kind, id }: FakeRequest, code: number): Buffer {
  const result = [ber(0x0a, Buffer.from([code])), ber(0x04), ber(0x04, 'of cn=somebody')];
  return ber(0x30, ber(0x02, Buffer.from([id])), ber(ANSWER_TAGS[kind], ...result));
}

/** What a search finds, with the result after it. */
export function fakeEntry(request: FakeRequest, dn: string, attributes: Readonly<Record<string, string>>): Buffer {
  const lines = Object.entries(attributes).map(([name, value]) =>
    ber(0x30, ber(0x04, name), ber(0x31, ber(0x04, value))),
  );
  const entry = ber(0x64, ber(0x04, dn), ber(0x30, ...lines));
  return Buffer.concat([ber(0x30, ber(0x02, Buffer.from([request.id])), entry), fakeResult(request, 0)]);
}

/** Speaks enough of LDAP to give the answers that slapd cannot be made to give. */
export class FakeLdapServer {
  readonly requests: FakeRequest[] = [];
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly answer: (request: FakeRequest) => FakeAnswer,
    private readonly tls: TLSSocketOptions,
  ) {}

  static async start(
    answer: (request: FakeRequest) => FakeAnswer,
    tls: TLSSocketOptions = {},
  ): Promise<FakeLdapServer> {
    const server = createServer();
    const fake = new FakeLdapServer(server, answer, tls);
    server.on('connection', (socket) => {
      fake.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
      fake.#serve(socket, false);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return fake;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  stop(): void {
    this.server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #serve(socket: Socket, isSecure: boolean): void {
    const take = (bytes: Buffer): void => {
      const request = parse(bytes, isSecure);
      if (!request) return;
      this.requests.push(request);
      const answer = this.answer(request);
      if (answer === 'nothing') return;
      if (answer === 'closed') {
        socket.destroy();
        return;
      }
      const hasTls = request.kind === 'startTls' && answer !== 52;
      socket.write(typeof answer === 'number' ? fakeResult(request, answer) : answer);
      if (!hasTls) return;
      socket.off('data', take);
      const secure = new TLSSocket(socket, { ...this.tls, isServer: true });
      secure.on('error', () => socket.destroy());
      this.#serve(secure, true);
    };
    socket.on('data', take);
  }
}

/** A request that came in one piece, as they do on a loopback; `undefined` for the one that ends a connection. */
function parse(bytes: Buffer, isSecure: boolean): FakeRequest | undefined {
  const lengthByte = bytes[1] ?? 0;
  const start = lengthByte < 0x80 ? 2 : 2 + (lengthByte & 0x7f);
  const kind = KINDS.get(bytes[start + 3]);
  return kind && { kind, id: bytes[start + 2] ?? 0, text: bytes.toString('latin1'), isSecure };
}
