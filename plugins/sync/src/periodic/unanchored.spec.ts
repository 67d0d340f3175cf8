import { expect, it } from 'vitest';
import { isUnanchored } from './unanchored.js';

it.each(['1.2', '^1.2', '1.2$', '^1\\$', '^a$|b', 'a|^b$', '(^a$|b)', '', '^(a|b)', '(?i)abc', '^[$]', '(a)$|(b)$'])(
  'finds that %j may match in the midst of a tag',
  (pattern) => {
    expect(isUnanchored(pattern)).toBe(true);
  },
);

it.each([
  '^1.2$',
  '^$',
  '^a$|^b$',
  '(^a$|^b$)',
  '(?:^a$)',
  '^(a|b)$',
  '(?i)^a$',
  '\\Aa\\z',
  '^a\\\\$',
  '^[|]$',
  '^\\|$',
])('finds that %j can only match the whole of a tag', (pattern) => {
  expect(isUnanchored(pattern)).toBe(false);
});
