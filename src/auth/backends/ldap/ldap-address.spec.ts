import { describe, expect, it } from 'vitest';
import { parseLdapAddress } from './ldap-address.js';

describe('parseLdapAddress', () => {
  it.each([
    ['ldap.example.org', undefined, 'ldap.example.org', undefined],
    ['ldap_1', undefined, 'ldap_1', undefined],
    ['ldap.example.org:1636', undefined, 'ldap.example.org', 1636],
    ['ldaps://ldap.example.org', 'ldaps', 'ldap.example.org', undefined],
    ['LDAP://ldap.example.org:389/', 'ldap', 'ldap.example.org', 389],
    ['127.0.0.1', undefined, '127.0.0.1', undefined],
    ['::1', undefined, '::1', undefined],
    ['[::1]:636', undefined, '::1', 636],
  ])('reads %s', (text, scheme, host, port) => {
    expect(parseLdapAddress(text)).toEqual({ scheme, host, port });
  });

  it.each([
    '',
    ' ',
    'a b',
    'a,b',
    'http://a',
    'ldap://',
    'a:0',
    'a:65536',
    'a:x',
    '[a]',
    'user@host',
    'ldap://host/dc=example',
    'ldap://host?filter',
    'a\n',
  ])('refuses %j', (text) => {
    expect(parseLdapAddress(text)).toBeUndefined();
  });
});
