import type { Readable } from 'node:stream';

/** All of `source`, or `undefined` once it is longer than `limit` bytes. Rejects as the source does. */
export async function readLimited(source: Readable, limit: number): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let length = 0;
  // The connection would end with the body, and the answer with it.
  for await (const piece of source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += piece.byteLength;
    if (length > limit) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces, length);
}
