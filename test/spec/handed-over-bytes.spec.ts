import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { UPSTREAM } from './blob-upstream.js';
import { bytes, KIB, PATH, SIZE, useFill } from './use-fill.js';

const stage = useFill();

/** Pieces with memory of their own, as they come from a connection. */
function ownPieces(): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < SIZE; at += 64 * KIB) {
    const piece = Buffer.allocUnsafeSlow(Math.min(64 * KIB, SIZE - at));
    bytes.copy(piece, 0, at);
    pieces.push(piece);
  }
  return pieces;
}

describe('the pieces of a stream from a source', () => {
  it('that are handed over give their memory back once they are stored, and who comes too late for them has all bytes', async () => {
    const { upstream, pull, isHeld } = stage();
    const pieces = ownPieces();
    const stream = Readable.from(pieces);
    upstream.answer = () => ({
      outcome: 'found',
      found: { stream, size: SIZE, upstream: UPSTREAM, isHandedOver: true },
    });
    const slow = (await pull()).pause();
    await expect.poll(isHeld).toBe(true);
    expect(pieces.map(({ byteLength }) => byteLength)).toEqual(pieces.map(() => 0));
    slow.resume();

    expect(await slow.ended).toBe(true);
    expect(slow.bytes.equals(bytes)).toBe(true);
  });

  it('that are not stay what they were', async () => {
    const { registry, upstream, isHeld } = stage();
    const pieces = ownPieces();
    upstream.answer = () => ({
      outcome: 'found',
      found: { stream: Readable.from(pieces), size: SIZE, upstream: UPSTREAM },
    });
    expect((await registry.request('GET', PATH)).body.equals(bytes)).toBe(true);
    await expect.poll(isHeld).toBe(true);

    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
  });

  it('stay what they were where only the transfer that went on was handed over', async () => {
    const { registry, upstream, isHeld } = stage();
    const [first, ...rest] = ownPieces();
    const begun = Readable.from([first ?? expect.fail()]);
    upstream.answer = (_, time) => ({
      outcome: 'found',
      found:
        time === 0
          ? { stream: begun, size: SIZE, upstream: UPSTREAM }
          : { stream: Readable.from(rest), size: SIZE, upstream: UPSTREAM, offset: 64 * KIB, isHandedOver: true },
    });
    expect((await registry.request('GET', PATH)).body.equals(bytes)).toBe(true);
    await expect.poll(isHeld).toBe(true);

    expect(first?.equals(bytes.subarray(0, 64 * KIB))).toBe(true);
  });
});
