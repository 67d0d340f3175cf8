import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { SourceStream } from './source-stream.js';

const KIB = 1024;
const MIB = 1024 * KIB;

class Given extends Readable {
  constructor() {
    super({ read: () => undefined, highWaterMark: MIB });
  }
}

function read(stream: Readable, options: { skip?: number; signal?: AbortSignal; idleTimeout?: number } = {}) {
  const { signal } = new AbortController();
  return new SourceStream(stream, { skip: 0, idleTimeout: 60_000, signal, onBytes: () => undefined, ...options });
}

async function all(source: SourceStream): Promise<string> {
  let text = '';
  for (let piece = await source.next(); piece; piece = await source.next()) text += Buffer.from(piece).toString();
  return text;
}

describe('a stream of a source', () => {
  it('gives what comes, piece by piece, to its end', async () => {
    expect(await all(read(Readable.from([Buffer.from('ab'), Buffer.from('c')])))).toBe('abc');
  });

  it('leaves out what nobody wants of its beginning', async () => {
    expect(await all(read(Readable.from([Buffer.from('ab'), Buffer.from('cd')]), { skip: 3 }))).toBe('d');
  });

  it('is read although somebody has paused it before', async () => {
    expect(await all(read(Readable.from([Buffer.from('ab')]).pause()))).toBe('ab');
  });

  it('gives what came before it broke, and then fails', async () => {
    const stream = new Given();
    const source = read(stream);
    stream.push('ab');
    const first = await source.next();
    stream.push('cd');
    stream.destroy(new Error('hung up'));

    expect([first, await source.next()].map(String)).toEqual(['ab', 'cd']);
    await expect(source.next()).rejects.toThrow('hung up');
  });

  it('gives what had come before anybody could look, and it broke', async () => {
    const stream = new Given();
    stream.push('ab');
    const source = read(stream);
    stream.destroy(new Error('hung up'));

    expect(String(await source.next())).toBe('ab');
    await expect(source.next()).rejects.toThrow('hung up');
  });

  it('has failed where it closed without an end', async () => {
    const stream = new Given();
    const source = read(stream);
    stream.destroy();

    await expect(source.next()).rejects.toThrow('hung up');
  });

  it('that was over before is at its end', async () => {
    const stream = Readable.from([]);
    for await (const _ of stream);

    expect(await read(stream).next()).toBeUndefined();
  });

  it('waits while what has come is not taken, and goes on once it is', async () => {
    const stream = new Given();
    const source = read(stream);
    for (let piece = 0; piece < 12; piece++) stream.push(Buffer.alloc(64 * KIB));
    await expect.poll(() => stream.isPaused()).toBe(true);
    const waiting = stream.readableLength;
    expect(waiting).toBeGreaterThan(0);
    while (source.take());

    await expect.poll(() => stream.readableLength).toBe(0);
  });

  it('may be silent as long as nobody waits for it, and no longer than it may once somebody does', async () => {
    const stream = new Given();
    const source = read(stream, { idleTimeout: 20 });
    stream.push('ab');
    expect(String(await source.next())).toBe('ab');
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(stream.destroyed).toBe(false);

    await expect(source.next()).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('that gives what are no bytes fails', async () => {
    await expect(read(Readable.from([{ no: 'bytes' }])).next()).rejects.toThrow(TypeError);
  });
});
