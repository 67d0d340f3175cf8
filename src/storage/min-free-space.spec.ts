import { describe, expect, it } from 'vitest';
import { bytesToKeepFree, minFreeSpaceOf, parseMinFreeSpace } from './min-free-space.js';

describe('what stays free of a disk', () => {
  it.each([
    ['5%', 50],
    ['12.5 %', 125],
    ['0%', 0],
    ['1KB', 1000],
    ['1KiB', 1024],
    [300, 300],
    ['0', 0],
    [0, 0],
  ])('%j of 1000 bytes is %d', (written, bytes) => {
    expect(bytesToKeepFree(minFreeSpaceOf(written), 1000)).toBe(bytes);
  });

  it.each(['100%', '-5%', '5 percent', '', -1, 1.5, null, true])('%j is none', (written) => {
    expect(parseMinFreeSpace(written)).toBeUndefined();
  });
});
