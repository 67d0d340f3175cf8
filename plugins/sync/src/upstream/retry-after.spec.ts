import { describe, expect, it } from 'vitest';
import { secondsOfRetryAfter } from './retry-after.js';

const NOW = Date.UTC(2030, 0, 1);

describe('Retry-After', () => {
  it.each([
    ['60', 60],
    [' 0 ', 0],
    [['5'], 5],
    [new Date(NOW + 90_500).toUTCString(), 90],
    [new Date(NOW - 90_000).toUTCString(), 0],
    ['soon', undefined],
    ['-5x', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j says %j seconds', (header, expected) => {
    expect(secondsOfRetryAfter(header, NOW)).toBe(expected);
  });
});
