import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FillLimits } from '../../src/content/blobs/fill-limits.js';
import { SeededRandom } from '../kit/builders/seeded-random.js';
import { aBlob, createTestRegistry, type TestRegistry } from '../kit/index.js';
import { BlobUpstream, Transfer, UPSTREAM } from './blob-upstream.js';
import { SlowDownload } from './slow-download.js';

const MIB = 1024 * 1024;
const blob = aBlob(new SeededRandom(2, 'unwritable store').bytes(24 * MIB));
const { bytes } = blob;
const SIZE = bytes.byteLength;
const PATH = `/v2/mirror/app/blobs/${blob.digest}`;
const PIECE = 64 * 1024;

let registry: TestRegistry;
let upstream: BlobUpstream;
/** Bytes that were taken from the upstream. */
let taken: number;

beforeEach(async () => {
  registry = await createTestRegistry({ mayLeaveFiles: true });
  upstream = new BlobUpstream();
  upstream.listenTo(registry);
  taken = 0;
  // Whoever runs this may be allowed to write everywhere, but not below a file.
  const folder = join(registry.root, 'uploads');
  await rm(folder, { recursive: true });
  await writeFile(folder, '');
});
afterEach(() => registry.close());

/** Gives `all`, piece by piece, as fast as they are taken. */
function has(all: Buffer, size = all.byteLength): void {
  upstream.answer = () => {
    const stream = Readable.from(
      (function* () {
        for (let start = 0; start < all.byteLength; start += PIECE) {
          const piece = all.subarray(start, start + PIECE);
          taken += piece.byteLength;
          yield piece;
        }
      })(),
    );
    return { outcome: 'found', found: { stream, size, upstream: UPSTREAM } };
  };
}

const pull = (): Promise<SlowDownload> => SlowDownload.begin(registry.url + PATH);

function fillsThat(outcome: string): number | undefined {
  const { series = [] } = registry.numbers.find(({ name }) => name === 'berth_mirror_fills_total') ?? {};
  return series.find(({ labels }) => labels['outcome'] === outcome)?.value;
}

describe('a blob that cannot be stored', () => {
  it('is passed on whole, and counted', async () => {
    has(bytes);

    expect((await registry.request('GET', PATH)).body.equals(bytes)).toBe(true);
    await expect.poll(() => fillsThat('unwritable')).toBe(1);
    const told = registry.logLines.all.map(({ msg }) => msg);
    expect(told).toContain('a blob from an upstream cannot be stored and is passed on');
  });

  it('is fetched once for all who come while its beginning is in memory, and again for who comes later', async () => {
    const transfer = new Transfer().give(bytes.subarray(0, MIB));
    upstream.givesInTurn(SIZE, transfer, Readable.from([bytes]));
    const [one, two] = await Promise.all([pull(), pull()]);
    transfer.give(bytes.subarray(MIB, 12 * MIB));
    await expect.poll(() => Math.min(one.length, two.length)).toBe(12 * MIB);
    const late = await pull();
    transfer.give(bytes.subarray(12 * MIB)).end();

    expect(await Promise.all([one, two, late].map(({ ended }) => ended))).toEqual([true, true, true]);
    for (const { bytes: got } of [one, two, late]) expect(got.equals(bytes)).toBe(true);
    expect(upstream.asked).toHaveLength(2);
  });

  it('is taken from the upstream no faster than who reads it takes it, so that memory does not grow', async () => {
    has(bytes);
    const slow = (await pull()).pause();
    // What fits into memory and between the two ends of a connection.
    await expect.poll(() => taken).toBeGreaterThan(4 * MIB);
    expect(taken).toBeLessThan(SIZE);
    slow.resume();

    expect(await slow.ended).toBe(true);
    expect(slow.bytes.equals(bytes)).toBe(true);
  });

  it('leaves behind who takes nothing while others wait', async () => {
    registry.application.get(FillLimits).stallTime = 50;
    has(bytes);
    const [stuck, other] = await Promise.all([pull(), pull()]);
    stuck.pause();

    expect(await other.ended).toBe(true);
    expect(other.bytes.equals(bytes)).toBe(true);
    stuck.resume();
    expect(await stuck.ended).toBe(false);
  });

  it('is given up once nobody wants it any more', async () => {
    const transfer = new Transfer().give(bytes.subarray(0, MIB));
    upstream.givesInTurn(SIZE, transfer);
    const download = await pull();
    download.leave();

    await expect
      .poll(() => {
        transfer.give(bytes.subarray(0, 1));
        return transfer.destroyed;
      })
      .toBe(true);
  });

  it('is never whole where it is wrong', async () => {
    const wrong = Buffer.from(bytes).fill(0, SIZE - 1);
    has(wrong);

    expect(await (await pull()).ended).toBe(false);
  });

  it('is answered with what is wrong here where it does not fit into memory and its source does not say its size', async () => {
    has(bytes);
    const { answer } = upstream;
    upstream.answer = async (asked, time) => {
      const given = await answer(asked, time);
      return given.outcome === 'found' ? { ...given, found: { ...given.found, size: undefined } } : given;
    };
    registry.application.get(FillLimits).stallTime = 50;

    expect((await registry.request('GET', PATH)).status).toBe(500);
  });
});
