import { describe, expect, it } from 'vitest';
import { aKey, signed, unsigned } from '../../../test/tokens/sample-keys.js';
import { claimedIssuerOf, looksLikeToken } from './unverified-token.js';

describe('the form of a token', () => {
  it('is told from a password', () => {
    expect(looksLikeToken(signed(aKey(), { iss: 'x' }))).toBe(true);
    expect(looksLikeToken(unsigned({}))).toBe(true);
    for (const password of ['', 'secret', 'a.b.c', 'my.pass.word', '..', 'e30.e30.e30', 'bnVsbA.bnVsbA.x', 'ey.ey.ey'])
      expect(looksLikeToken(password)).toBe(false);
  });

  it('says whom it claims to be from, where that is text', () => {
    expect(claimedIssuerOf(unsigned({ iss: 'x' }))).toBe('x');
    for (const iss of [undefined, 5, null, ['x'], { x: 1 }]) expect(claimedIssuerOf(unsigned({ iss }))).toBeUndefined();
    expect(claimedIssuerOf('a.b.c')).toBeUndefined();
  });
});
