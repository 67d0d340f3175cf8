import type { Readable } from 'node:stream';

/**
 * All of a body, where it is no longer than `limit` bytes; `undefined` where it is. Rejects where the body breaks off, and as soon as
 * `signal` aborts.
 */
export async function readBody(body: Readable, limit: number, signal: AbortSignal): Promise<Buffer | undefined> {
  const onAbort = (): void => void body.destroy(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  // What it fails with after we have read enough is nobody's matter.
  body.on('error', () => undefined);
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of body as AsyncIterable<Buffer>) {
      length += piece.byteLength;
      if (length > limit) return undefined;
      pieces.push(piece);
    }
    return Buffer.concat(pieces, length);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
