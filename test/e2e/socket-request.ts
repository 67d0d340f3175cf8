import { Agent, type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { RegistryRequest, RegistryRequestOptions } from '../kit/registry-request.js';

export type SocketRequest = RegistryRequest;

/** Connections wait for the next request, as real clients' do; idle ones do not keep the test process alive. */
const agent = new Agent({ keepAlive: true, maxSockets: Infinity });

/** A client of the registry at `url`. It holds each response's body in memory: for large ones see `openSocketRequest`. */
export function socketRequest(url: string): SocketRequest {
  return async (method, path, options = {}) => {
    const response = await openSocketRequest(url, method, path, options);
    return { status: response.statusCode ?? 0, headers: response.headers, body: await buffer(response) };
  };
}

/**
 * Sends one request and gives the response as soon as its headers are there; the caller reads its body.
 *
 * @throws Error when the connection breaks before the headers of the response have come.
 */
export async function openSocketRequest(
  url: string,
  method: string,
  path: string,
  options: RegistryRequestOptions = {},
): Promise<IncomingMessage> {
  const { body } = options;
  const headers = { ...options.headers };
  if (!(body instanceof Readable)) headers['content-length'] ??= String(body?.length ?? 0);
  // `new URL` would tidy dot segments away, and some tests are about those.
  const { hostname, port } = new URL(url);
  const sent = request({ hostname, port, path, agent, method, headers });
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  sent.once('response', resolve).once('error', reject);
  if (body instanceof Readable) {
    // A server may answer before it has read everything; then the response counts and not the broken pipe.
    pipeline(body, sent).catch(reject);
  } else {
    sent.end(body);
  }
  return promise;
}
