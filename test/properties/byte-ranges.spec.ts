import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseByteRange } from '../../src/http/byte-range.js';

const size = fc.nat({ max: 40 });
const position = fc.nat({ max: 50 });

/** The bytes of a body of `size` that a range selects, found by looking at each. */
function selected(size: number, isWanted: (at: number) => boolean): number[] {
  return Array.from({ length: size }, (_, at) => at).filter(isWanted);
}

function bytesOf(header: string, size: number): number[] | string {
  const range = parseByteRange(header, size);
  if (typeof range === 'string') return range;
  return selected(size, (at) => at >= range.start && at <= range.end);
}

function expectBytes(header: string, size: number, bytes: readonly number[]): void {
  expect(bytesOf(header, size)).toEqual(bytes.length === 0 ? 'unsatisfiable' : bytes);
}

describe('a range of bytes', () => {
  it('from first to last selects what lies between, as far as there is something', () => {
    fc.assert(
      fc.property(size, position, position, (size, one, two) => {
        const [first, last] = [Math.min(one, two), Math.max(one, two)];
        expectBytes(
          `bytes=${String(first)}-${String(last)}`,
          size,
          selected(size, (at) => at >= first && at <= last),
        );
      }),
    );
  });

  it('that is open selects all from its first byte on', () => {
    fc.assert(
      fc.property(size, position, (size, first) => {
        expectBytes(
          `bytes=${String(first)}-`,
          size,
          selected(size, (at) => at >= first),
        );
      }),
    );
  });

  it('of a suffix selects that many last bytes', () => {
    fc.assert(
      fc.property(size, position, (size, length) => {
        expectBytes(
          `bytes=-${String(length)}`,
          size,
          selected(size, (at) => at >= size - length),
        );
      }),
    );
  });

  it('lies within the body, whatever the header says', () => {
    const header = fc.oneof(fc.string(), fc.stringMatching(/^bytes=[0-9,-]{0,30}$/));
    fc.assert(
      fc.property(header, size, (header, size) => {
        const range = parseByteRange(header, size);
        if (typeof range === 'string') return;
        expect(range.start).toBeGreaterThanOrEqual(0);
        expect(range.end).toBeGreaterThanOrEqual(range.start);
        expect(range.end).toBeLessThan(size);
      }),
    );
  });
});
