import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';

/** Connects to the server at `url`. Whoever takes it destroys it. */
export async function rawSocket(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  await once(socket, 'connect');
  // A reset is one of the ways in which a server ends a connection.
  socket.on('error', () => undefined);
  return socket;
}

/** Sends bytes as they stand and gives all that the server answers until it closes. */
export async function rawExchange(url: string, bytes: string | Buffer): Promise<string> {
  const socket = await rawSocket(url);
  socket.write(bytes);
  try {
    return await text(socket);
  } finally {
    socket.destroy();
  }
}

/** The first line and the headers of a request, and the empty line. */
export function headOf(method: string, target: string, headers: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries({ host: 'registry.example', ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** The status of the first response in `answer`, or `undefined` where there is none. */
export function statusIn(answer: string): number | undefined {
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1];
  return status === undefined ? undefined : Number(status);
}
