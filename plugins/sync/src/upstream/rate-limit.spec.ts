import { describe, expect, it } from 'vitest';
import { rateLimitIn } from './rate-limit.js';

const NOW = Date.UTC(2030, 0, 1);

describe('what an upstream says of its limit', () => {
  it.each([
    ['as Docker Hub does', { limit: '100;w=21600', remaining: '76;w=21600' }, { limit: 100, remaining: 76 }],
    ['of itself alone', { remaining: ' 3' }, { remaining: 3 }],
    ['in seconds from now', { reset: '60' }, { resetAt: NOW + 60_000 }],
    ['as a time', { reset: '1893456060' }, { resetAt: 1_893_456_060_000 }],
  ])('is read where it is said %s', (_, said, read) => {
    expect(rateLimitIn(headersOf(said), NOW)).toEqual(read);
  });

  it.each([{}, { limit: '' }, { limit: '-1' }, { remaining: 'many' }, { reset: '9'.repeat(13) }])(
    'is nothing in %j',
    (said) => {
      expect(rateLimitIn(headersOf(said), NOW)).toBeUndefined();
    },
  );

  it('is always a time that can be written down', () => {
    const { resetAt = 0 } = rateLimitIn({ 'ratelimit-reset': '9'.repeat(12) }, NOW) ?? {};
    expect(new Date(resetAt).toISOString()).toBe('+033658-09-27T01:46:39.000Z');
  });
});

function headersOf(said: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(said).map(([name, value]) => [`ratelimit-${name}`, value]));
}
