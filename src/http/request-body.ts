import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { watchIdle } from './idle-watch.js';

/** Hands the body to `use` as it comes; closes a connection that falls silent before all of it is here. */
export async function withBody<Result>(
  request: FastifyRequest,
  idleTimeout: number,
  use: (body: Readable) => Promise<Result>,
): Promise<Result> {
  const watch = request.raw.complete ? undefined : watchIdle(request.raw.socket, idleTimeout);
  const stop = (): void => watch?.[Symbol.dispose]();
  // Once the body is here the server works by itself, and that may take longer than a client may be silent.
  request.raw.once('end', stop);
  try {
    return await use(request.raw);
  } finally {
    request.raw.off('end', stop);
    stop();
  }
}
