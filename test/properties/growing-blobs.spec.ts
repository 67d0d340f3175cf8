import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GrowingBlob, WITHHELD_BYTES } from '../../src/content/blobs/growing-blob.js';
import type { OpenBlob } from '../../src/storage/blob-storage.js';

const NEVER = new AbortController().signal;

/** How the bytes come: pieces that are pushed, and how much of what was pushed is in the file by then. */
const steps = fc.array(
  fc.record({ length: fc.integer({ min: 1, max: 40_000 }), written: fc.integer({ min: 0, max: 60_000 }) }),
  { minLength: 1, maxLength: 8 },
);
/** Readers: where each begins, how much it takes at a time, and after which step it comes. */
const readers = fc.array(
  fc.record({ from: fc.nat(1000), step: fc.nat(8), piece: fc.integer({ min: 5000, max: 90_000 }) }),
  { maxLength: 5 },
);

/** Bytes that tell where they stand. */
function numbered(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size; at++) bytes[at] = (at * 31 + (at >> 8) * 7) & 0xff;
  return bytes;
}

async function readOn(blob: OpenBlob, from: number, piece: number, size: number): Promise<Buffer> {
  const got = Buffer.alloc(size - from);
  const buffer = Buffer.alloc(piece);
  for (let position = from; position < size;) {
    const length = await blob.read(buffer.subarray(0, Math.min(piece, size - position)), position);
    expect(length).toBeGreaterThan(0);
    buffer.copy(got, position - from, 0, length);
    position += length;
  }
  await blob.close();
  return got;
}

describe('a blob that grows', () => {
  it.each([0, 5000])(
    'is the same bytes for every reader, whoever is faster, with %i bytes there before',
    async (kept) => {
      await fc.assert(
        fc.asyncProperty(fc.scheduler(), steps, readers, async (scheduler, pieces, plans) => {
          const size = kept + pieces.reduce((sum, { length }) => sum + length, 0);
          const bytes = numbered(size);
          // What is not written is not there.
          const disk = Buffer.alloc(size);
          bytes.copy(disk, 0, 0, kept);
          let isClosed = false;
          const file: OpenBlob = {
            read: scheduler.scheduleFunction((target: Uint8Array, position: number) =>
              Promise.resolve(disk.copy(target, 0, position)),
            ),
            close: async () => void (isClosed = true),
          };
          const blob = new GrowingBlob();
          blob.keepIn(file, kept);
          blob.expect('upstream.example', size);
          blob.enter();

          const got: Promise<Buffer>[] = [];
          const come = (step: number): void => {
            for (const plan of plans.filter((one) => Math.min(one.step, pieces.length) === step)) {
              blob.enter();
              const from = Math.min(plan.from, size);
              got.push(
                readOn(blob.follow(NEVER), from, plan.piece, size).then((part) =>
                  Buffer.concat([bytes.subarray(0, from), part]),
                ),
              );
            }
          };
          const grow = async (): Promise<void> => {
            let pushed = kept;
            let written = kept;
            for (const [step, { length, written: wanted }] of pieces.entries()) {
              come(step);
              await scheduler.schedule(Promise.resolve());
              blob.push(bytes.subarray(pushed, pushed + length));
              pushed += length;
              const more = Math.min(wanted, pushed - written);
              bytes.copy(disk, written, written, written + more);
              blob.wrote(more);
              written += more;
              expect(blob.readable).toBeLessThanOrEqual(Math.max(0, size - WITHHELD_BYTES));
            }
            come(pieces.length);
            await scheduler.schedule(Promise.resolve());
            blob.complete(size);
            await blob.end();
            blob.leave();
          };
          await scheduler.waitFor(grow());
          for (const whole of await scheduler.waitFor(Promise.all(got))) expect(whole.equals(bytes)).toBe(true);
          expect(isClosed).toBe(true);
        }),
        { numRuns: 60 },
      );
    },
  );

  it('fails for every reader once it is found wrong, before the bytes that were kept back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 200_000 }), fc.nat(200_000), async (size, from) => {
        const bytes = numbered(size);
        const blob = new GrowingBlob();
        blob.expect('upstream.example', size);
        blob.enter();
        const reading = readOn(blob.follow(NEVER), Math.min(from, size - 1), 4096, size);
        blob.push(bytes);
        await Promise.resolve();
        blob.fail(new Error('wrong'));

        await expect(reading).rejects.toThrow('wrong');
      }),
    );
  });
});
