import { describe, expect, it } from 'vitest';
import { parseByteRange } from './byte-range.js';

describe('parseByteRange', () => {
  it.each([
    ['bytes=0-0', 0, 0],
    ['bytes=0-99', 0, 99],
    ['bytes=10-19', 10, 19],
    ['bytes=10-', 10, 99],
    ['bytes=10-100', 10, 99],
    ['bytes=10-99999999999999999999', 10, 99],
    ['bytes=-1', 99, 99],
    ['bytes=-100', 0, 99],
    ['bytes=-101', 0, 99],
    ['bytes= 1 - 2', 1, 2],
  ])('reads %s of 100 bytes as %i to %i', (header, start, end) => {
    expect(parseByteRange(header, 100)).toEqual({ start, end });
  });

  it.each(['bytes=100-', 'bytes=100-200', 'bytes=5-4', 'bytes=-0', 'bytes=99999999999999999999-'])(
    'finds %s of 100 bytes unsatisfiable',
    (header) => {
      expect(parseByteRange(header, 100)).toBe('unsatisfiable');
    },
  );

  it.each([undefined, '', 'bytes', 'bytes=', 'bytes=-', 'bytes=a-b', 'bytes=0-1,2-3', 'lines=0-1', '0-1', 'bytes=--1'])(
    'takes %j for the whole',
    (header) => {
      expect(parseByteRange(header, 100)).toBe('whole');
    },
  );

  it.each(['bytes=0-', 'bytes=0-0', 'bytes=-1'])('finds %s of nothing unsatisfiable', (header) => {
    expect(parseByteRange(header, 0)).toBe('unsatisfiable');
  });
});
