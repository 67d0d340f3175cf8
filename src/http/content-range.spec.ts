import { describe, expect, it } from 'vitest';
import { parseChunkHeaders } from './content-range.js';

describe('parseChunkHeaders', () => {
  it.each([
    ['0-9', '10', 0, 10],
    ['10-19', undefined, 10, 10],
    ['7-7', '1', 7, 1],
    [undefined, '10', undefined, 10],
    [undefined, '0', undefined, 0],
    [undefined, undefined, undefined, undefined],
  ])('reads Content-Range %s with Content-Length %s', (range, length, start, expected) => {
    expect(parseChunkHeaders(range, length)).toEqual({ start, length: expected });
  });

  it.each(['', 'bytes 0-9/10', 'bytes=0-9', '0-', '-9', '9-0', '0-9/10', '0 - 9', '-1-2', '0-99999999999999999999'])(
    'refuses the Content-Range %j',
    (range) => {
      expect(() => parseChunkHeaders(range, undefined)).toThrow(
        expect.objectContaining({ code: 'SIZE_INVALID', status: 400 }),
      );
    },
  );

  it.each(['9', '11', '0'])('refuses 0-9 with the Content-Length %s', (length) => {
    expect(() => parseChunkHeaders('0-9', length)).toThrow(
      expect.objectContaining({ code: 'SIZE_INVALID', status: 400 }),
    );
  });
});
