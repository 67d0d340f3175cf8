import { describe, expect, it } from 'vitest';
import { parsePasswordHash, type PasswordHash } from './password-hash.js';

const BCRYPT = `$2y$10$${'a'.repeat(53)}`;
const SHA512 = `$6$rounds=5000$abcdefgh$${'a'.repeat(86)}`;
const SHA256 = `$5$abcdefgh$${'a'.repeat(43)}`;
const APR1 = `$apr1$abcdefgh$${'a'.repeat(22)}`;
const SHA1 = '{SHA}0DPiKuNIrrVmD8IUCuw1hQxNqZc=';

function hashOf(text: string): PasswordHash {
  const parsed = parsePasswordHash(text);
  if (parsed.kind === 'unusable') throw new Error(parsed.reason);
  return parsed.hash;
}

function reasonOf(text: string): string | undefined {
  const parsed = parsePasswordHash(text);
  return parsed.kind === 'unusable' ? parsed.reason : undefined;
}

describe('a hash of a password', () => {
  it.each([
    [BCRYPT, 'bcrypt'],
    [BCRYPT.replace('2y', '2a'), 'bcrypt'],
    [BCRYPT.replace('2y', '2b'), 'bcrypt'],
    [SHA512, 'sha512-crypt'],
    [SHA256, 'sha256-crypt'],
    [SHA256.replace('abcdefgh', ''), 'sha256-crypt'],
    [APR1, 'apr1'],
    [SHA1, 'sha1'],
  ])('%s is one of %s', (text, scheme) => {
    expect(hashOf(text)).toMatchObject({ scheme, text });
  });

  it.each([
    ['', 'no hash'],
    ['secret', 'no hash of a known scheme; plain text is not supported'],
    ['sYFfT6frDRpmk', 'what looks like DES crypt or plain text, neither of which is supported'],
    ['$1$abc$secret', 'a hash of MD5 crypt ($1$), which is not supported'],
    ['$y$j9T$abc$secret', 'a hash of yescrypt ($y$), which is not supported'],
    ['{SSHA}secret', 'a hash of salted SHA-1 ({SSHA}), which is not supported'],
    [`${BCRYPT}a`, 'a broken bcrypt hash'],
    [BCRYPT.replace('$10$', '$1$'), 'a broken bcrypt hash'],
    [BCRYPT.replace('$10$', '$03$'), 'a bcrypt hash whose cost is not from 4 to 16'],
    [BCRYPT.replace('$10$', '$17$'), 'a bcrypt hash whose cost is not from 4 to 16'],
    [BCRYPT.replace('$10$', '$31$'), 'a bcrypt hash whose cost is not from 4 to 16'],
    [SHA512.replace('5000', '999'), 'a SHA-512 crypt hash whose rounds are not from 1000 to 1000000'],
    [SHA512.replace('5000', '999999999'), 'a SHA-512 crypt hash whose rounds are not from 1000 to 1000000'],
    [SHA512.replace('5000', '05000'), 'a broken SHA-512 crypt hash'],
    [SHA512.slice(0, -1), 'a broken SHA-512 crypt hash'],
    [SHA256.replace('abcdefgh', 'abcdefghabcdefgha'), 'a broken SHA-256 crypt hash'],
    [`${APR1}a`, 'a broken apr1 hash'],
    ['{SHA}abc', 'a broken {SHA} hash'],
  ])('%s is none: %s', (text, reason) => {
    expect(reasonOf(text)).toBe(reason);
  });

  it('costs more with each step of its cost and rounds', () => {
    const works = [SHA1, APR1, SHA256, SHA512, BCRYPT, BCRYPT.replace('$10$', '$16$')].map((text) => hashOf(text).work);
    expect(works).toEqual(works.toSorted((one, other) => one - other));
    expect(hashOf(SHA512.replace('5000', '50000')).work).toBe(10 * hashOf(SHA512).work);
  });
});
