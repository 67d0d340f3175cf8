import { createHash } from 'node:crypto';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Digest, digestOf } from '@berth/sdk';
import { openSocketRequest } from './socket-request.js';

export interface TimedPull {
  readonly status: number | undefined;
  readonly digest: Digest;
  /** When the first byte of the body came, by `performance.now()`. */
  readonly firstByteAt: number;
  /** From the request to the last byte, in milliseconds. */
  readonly milliseconds: number;
}

/** One GET, told of each time that more has come. @throws Error where the body is cut off. */
export async function timedPull(url: string, path: string, onBytes?: (all: number) => void): Promise<TimedPull> {
  const began = performance.now();
  const response = await openSocketRequest(url, 'GET', path);
  const hash = createHash('sha256');
  let firstByteAt: number | undefined;
  let length = 0;
  const sink = new Writable({
    write(piece: Buffer, _encoding, done) {
      firstByteAt ??= performance.now();
      hash.update(piece);
      onBytes?.((length += piece.byteLength));
      done();
    },
  });
  await pipeline(response, sink);
  const ended = performance.now();
  return {
    status: response.statusCode,
    digest: digestOf('sha256', hash.digest('hex')),
    firstByteAt: firstByteAt ?? ended,
    milliseconds: ended - began,
  };
}
