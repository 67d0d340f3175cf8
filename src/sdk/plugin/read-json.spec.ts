import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readJson } from './read-json.js';

function read(...pieces: readonly string[]): Promise<unknown> {
  return readJson({ raw: Readable.from(pieces.map((piece) => Buffer.from(piece))) }, 16);
}

describe('readJson', () => {
  it('gives what the body holds, however it comes', async () => {
    expect(await read('{"a', '":[1]}')).toEqual({ a: [1] });
  });

  it('refuses more bytes than the limit with 413', async () => {
    await expect(read('"0123456789', '0123456789"')).rejects.toMatchObject({ status: 413, detail: { limit: 16 } });
  });

  it('leaves what is too long as it is, since the answer goes out over the same connection', async () => {
    const raw = Readable.from([Buffer.alloc(16), Buffer.alloc(16), Buffer.alloc(16)]);
    await expect(readJson({ raw }, 16)).rejects.toMatchObject({ status: 413 });
    expect(raw.destroyed).toBe(false);
  });

  it.each(['', '{', 'nothing'])('refuses %j with 400', async (text) => {
    await expect(read(text)).rejects.toMatchObject({ status: 400 });
  });
});
