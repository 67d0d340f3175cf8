import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { describeWith } from '../../../test/requirements/requires.js';
import { shaCrypt } from './sha-crypt.js';

describe('SHA crypt', () => {
  // As `openssl passwd` makes them.
  it.each([
    '$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5',
    '$5$rounds=10000$saltstringsaltst$3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA',
    '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1',
  ])('is as openssl makes %s', (hash) => {
    expect(shaCrypt('Hello world!', hash)).toBe(hash);
    expect(shaCrypt('Hello world', hash)).not.toBe(hash);
  });

  it('refuses what is no hash of its kind', () => {
    expect(() => shaCrypt('password', '$1$salt$')).toThrow('not one of SHA crypt');
  });
});

describeWith({ programs: ['openssl'] }, 'SHA crypt beside openssl', () => {
  /** Around the sizes of digests, where one byte more is another way through. */
  const LENGTHS = [1, 2, 15, 16, 31, 32, 33, 63, 64, 65, 95, 96, 97, 127, 128, 129, 200];

  it.each(['5', '6'])('is the same with -%s for passwords of any length', { timeout: 60_000 }, (id) => {
    for (const length of LENGTHS) {
      const password = 'pässwörd'.repeat(length).slice(0, length);
      const hash = execFileSync('openssl', ['passwd', `-${id}`, password])
        .toString()
        .trim();
      expect(shaCrypt(password, hash), `${length} characters`).toBe(hash);
    }
  });

  it.each(['5', '6'])('is the same with -%s and rounds', (id) => {
    for (const salt of ['rounds=1000$a', 'rounds=12345$abcdefghijklmnop']) {
      const hash = execFileSync('openssl', ['passwd', `-${id}`, '-salt', salt, 'pässwörd'])
        .toString()
        .trim();
      expect(shaCrypt('pässwörd', hash)).toBe(hash);
    }
  });
});
