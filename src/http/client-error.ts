import type { Socket } from 'node:net';
import { errorBody } from './error-body.js';

interface Refusal {
  readonly status: string;
  readonly body: Buffer;
}

const REFUSALS: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    body: errorBody('SIZE_INVALID', 'the headers of the request are too large'),
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: '408 Request Timeout',
    body: errorBody('UNSUPPORTED', 'the request took too long'),
  },
};
const MALFORMED: Refusal = {
  status: '400 Bad Request',
  body: errorBody('UNSUPPORTED', 'the request is not HTTP as this server reads it'),
};

/** Answers what Node's parser refused, where no request exists yet, in the spec's form, and closes the connection. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, body } = REFUSALS[error.code ?? ''] ?? MALFORMED;
  const head = [
    `HTTP/1.1 ${status}`,
    'Content-Type: application/json',
    `Content-Length: ${String(body.byteLength)}`,
    'Docker-Distribution-Api-Version: registry/2.0',
    'Connection: close',
  ];
  socket.end(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]));
}
