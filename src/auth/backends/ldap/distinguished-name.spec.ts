import { describe, expect, it } from 'vitest';
import { firstValueOf, isBelow } from './distinguished-name.js';

describe('firstValueOf', () => {
  it.each([
    ['cn=admins,ou=groups,dc=example', 'admins'],
    ['CN=Domain Admins,CN=Users,DC=example', 'Domain Admins'],
    ['cn = spaced out , ou=groups', 'spaced out'],
    ['cn=admins', 'admins'],
    ['cn=one+uid=two,ou=groups', 'one'],
    ['cn=a\\, b\\+c\\"d,ou=groups', 'a, b+c"d'],
    ['cn=ends with space\\ ,ou=groups', 'ends with space '],
    ['cn=j\\C3\\B6rg,ou=groups', 'jörg'],
    ['cn=a\\2Cb\\5Cc,ou=groups', 'a,b\\c'],
    ['2.5.4.3=admins,ou=groups', 'admins'],
    ['cn=a=b,ou=groups', 'a=b'],
  ])('of %j is %j', (name, value) => {
    expect(firstValueOf(name)).toBe(value);
  });

  it.each(['', 'admins', 'cn=', 'cn=,ou=groups', '=admins', 'cn=#04024869,ou=groups', 'domain admins', 'a b=c'])(
    'of %j is none',
    (name) => {
      expect(firstValueOf(name)).toBeUndefined();
    },
  );
});

describe('isBelow', () => {
  const BASE = 'ou=groups,dc=example,dc=org';

  it.each([
    'cn=a,ou=groups,dc=example,dc=org',
    'CN=a, OU=Groups , DC=Example,dc = org',
    'cn=a,ou=deeper,ou=groups,dc=example,dc=org',
  ])('is true of %j', (name) => {
    expect(isBelow(name, BASE)).toBe(true);
  });

  it.each([
    BASE,
    'cn=a,dc=example,dc=org',
    'cn=a\\,ou=groups,dc=example,dc=org',
    'cn=a,xou=groups,dc=example,dc=org',
    'cn=a,ou=groups,dc=example,dc=org,dc=net',
    'a',
    '',
  ])('is false of %j', (name) => {
    expect(isBelow(name, BASE)).toBe(false);
  });
});
