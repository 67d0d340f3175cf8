import { readFileSync } from 'node:fs';
import { Agent, type AgentOptions, request } from 'node:https';
import { text } from 'node:stream/consumers';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { TestRegistry } from '@berth/testkit';
import type { Certificates } from '../certificates/certificates.js';

export interface Answer {
  readonly status: number | undefined;
  readonly body: string;
  /** The common name of the certificate that the server has shown. */
  readonly server: unknown;
}

/** What of `certificates` a client trusts and shows. */
export function clientOptions(certificates: Certificates, { authority = 'authority', shows = '' } = {}): AgentOptions {
  const own = shows && { cert: readFileSync(certificates.pem(shows)), key: readFileSync(certificates.key(shows)) };
  return { ca: readFileSync(certificates.pem(authority)), ...own };
}

/** One request over a connection of its own, or over those of `agent`. */
export async function get(
  { url }: Pick<TestRegistry, 'url'>,
  options: AgentOptions,
  agent?: Agent,
  headers = {},
  path = '/v2/',
): Promise<Answer> {
  const used = agent ?? new Agent(options);
  try {
    return await new Promise((resolve, reject) => {
      const sent = request(url + path, { agent: used, headers }, (response) => {
        const server = (response.socket as TLSSocket).getPeerCertificate().subject.CN;
        text(response).then((body) => {
          resolve({ status: response.statusCode, body, server });
        }, reject);
      });
      sent.once('error', reject).end();
    });
  } finally {
    if (agent === undefined) used.destroy();
  }
}

/** A connection that begins with `session`, sends a request, and tells what came of it. */
export async function resume(
  registry: TestRegistry,
  options: ConnectionOptions,
  session?: Buffer,
): Promise<{ isReused: boolean; answer: string; session: Buffer | undefined }> {
  const { hostname, port } = new URL(registry.url);
  const socket = connect({ host: hostname, port: Number(port), ...options, ...(session && { session }) });
  let kept: Buffer | undefined = undefined;
  socket.on('session', (given: Buffer) => (kept = given));
  // One that is cut off has not answered.
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write('GET /v2/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  let answer = '';
  let isReused = false;
  socket.on('secureConnect', () => (isReused = socket.isSessionReused()));
  socket.setEncoding('latin1').on('data', (part: string) => (answer += part));
  await closed;
  return { isReused, answer: answer.slice(0, 'HTTP/1.1 200'.length), session: kept };
}
