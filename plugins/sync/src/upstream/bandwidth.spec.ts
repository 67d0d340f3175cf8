import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Bandwidth } from './bandwidth.js';
import { PacedBody } from './paced-body.js';

const never = new AbortController().signal;
const RATE = 100_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** Lets streams do what they can, and so much time pass. */
async function pass(milliseconds: number): Promise<void> {
  for (let step = 0; step < milliseconds; step++) {
    await turn();
    await vi.advanceTimersByTimeAsync(1);
  }
  await turn();
}

/** Bytes that have come of a body that is read as fast as it can be. */
function reading(body: Readable): { bytes: number } {
  const read = { bytes: 0 };
  body.on('data', (piece: Buffer) => (read.bytes += piece.byteLength));
  body.on('error', () => undefined);
  return read;
}

function aBody(bytes: number): Readable {
  const piece = Buffer.alloc(16_384);
  return Readable.from(
    (function* pieces() {
      for (let left = bytes; left > 0; left -= piece.byteLength) yield piece.subarray(0, left);
    })(),
    { objectMode: false },
  );
}

describe('a bandwidth', () => {
  it('gives so many bytes in a second, over all who take of it', async () => {
    const bandwidth = new Bandwidth(RATE);
    let taken = 0;
    const takers = [1, 2, 3].map(async () => {
      for (let pieces = 0; pieces < 50; pieces++) {
        await bandwidth.take(1000, never);
        taken += 1000;
      }
    });
    await pass(1000);
    // The piece at the very beginning waits for nobody.
    expect(taken).toBeGreaterThanOrEqual(RATE);
    expect(taken).toBeLessThanOrEqual(RATE + 1000);
    await pass(500);
    await Promise.all(takers);
  });

  it('lets what is charged go at once, and what is taken wait for it', async () => {
    const bandwidth = new Bandwidth(RATE);
    bandwidth.charge(RATE);
    let isTaken = false;
    const taken = bandwidth.take(1, never).then(() => (isTaken = true));
    await pass(999);
    expect(isTaken).toBe(false);
    await pass(2);
    expect(isTaken).toBe(true);
    await taken;
  });

  it('saves nothing up while nobody takes of it', async () => {
    const bandwidth = new Bandwidth(RATE);
    await pass(1000);
    await bandwidth.take(1000, never);
    let isTaken = false;
    void bandwidth.take(1000, never).then(() => (isTaken = true));
    await pass(9);
    expect(isTaken).toBe(false);
    await pass(2);
    expect(isTaken).toBe(true);
  });

  it('changes for what follows', async () => {
    const bandwidth = new Bandwidth(1000);
    bandwidth.charge(10_000);
    bandwidth.change(10_000);
    let isTaken = false;
    void bandwidth.take(1, never).then(() => (isTaken = true));
    await pass(1001);
    expect(isTaken).toBe(true);
    bandwidth.change(undefined);
    await bandwidth.take(1_000_000, never);
    await bandwidth.take(1_000_000, never);
  });

  it('keeps nobody waiting who gives up', async () => {
    const bandwidth = new Bandwidth(1);
    await bandwidth.take(1000, never);
    const leaving = new AbortController();
    const taken = bandwidth.take(1, leaving.signal);
    leaving.abort(new Error('gone'));
    await expect(taken).rejects.toThrow('gone');
  });
});

describe('a paced body', () => {
  it('is the body itself where nothing is bounded', () => {
    const body = aBody(1);
    expect(PacedBody.of(body, new Bandwidth(undefined))).toBe(body);
  });

  it('has all bytes in their order, and ends', async () => {
    const bytes = Buffer.from(Array.from({ length: 5000 }, (_, at) => at % 256));
    const all = buffer(PacedBody.of(Readable.from([bytes], { objectMode: false }), new Bandwidth(RATE)));
    await pass(60);
    expect(await all).toEqual(bytes);
  });

  it('shares with the others alike, however much each has', async () => {
    const bandwidth = new Bandwidth(RATE);
    const bodies = [1_000_000, 1_000_000, 20_000].map((size) => PacedBody.of(aBody(size), bandwidth));
    const read = bodies.map(reading);
    await pass(600);
    for (const { bytes } of read) expect(Math.abs(bytes - RATE * 0.2)).toBeLessThan(3000);
    for (const body of bodies) body.destroy();
  });

  it('leaves with its source what it may not pass on', async () => {
    let given = 0;
    const source = new Readable({
      highWaterMark: 1024,
      read() {
        given += 1024;
        this.push(Buffer.alloc(1024));
      },
    });
    const body = PacedBody.of(source, new Bandwidth(RATE));
    reading(body);
    await pass(100);
    expect(given).toBeLessThan(RATE * 0.1 + 8 * 1024);
    body.destroy();
    await pass(1);
    expect(source.destroyed).toBe(true);
  });

  it('breaks with its source, also while it waits for its turn', async () => {
    const source = aBody(1_000_000);
    const body = PacedBody.of(source, new Bandwidth(RATE));
    reading(body);
    const failed = new Promise((resolve) => body.once('error', resolve));
    await pass(10);
    source.destroy(new Error('cut off'));
    expect(await failed).toMatchObject({ message: 'cut off' });
  });
});
