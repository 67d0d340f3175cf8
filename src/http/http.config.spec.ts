import { validateSection } from '@berth/sdk';
import { describe, expect, it } from 'vitest';
import { HttpConfig } from './http.config.js';

function violationsOf(section: Readonly<Record<string, unknown>>): readonly string[] {
  return validateSection(HttpConfig, section, { refuseUnknown: true }).violations.map(({ key }) => key);
}

describe('http.externalUrl', () => {
  it.each([
    '',
    'https://registry.example.com',
    'https://registry.example.com:8443/',
    'http://10.0.0.1:5000/some/path',
    'https://[2001:db8::1]:8443',
  ])('may be %j', (externalUrl) => {
    expect(violationsOf({ externalUrl })).toEqual([]);
  });

  it.each([
    'registry.example.com',
    'registry.example.com:8443',
    'ftp://registry.example.com',
    'https://',
    'https://user@registry.example.com',
    'https://user:secret@registry.example.com',
    'https://registry.example.com/?a=b',
    'https://registry.example.com/?',
    'https://registry.example.com/#a',
    'https://registry.example.com/a"b',
    ' https://registry.example.com',
    'https:\\\\registry.example.com',
    8443,
  ])('may not be %j', (externalUrl) => {
    expect(violationsOf({ externalUrl })).toEqual(['externalUrl']);
  });
});

describe('http.trustedProxies', () => {
  it.each([[[]], [['loopback', '10.1.2.3', '10.0.0.0/8', '::1', 'fd00::/8']]])('may be %j', (trustedProxies) => {
    expect(violationsOf({ trustedProxies })).toEqual([]);
  });

  it.each([
    'loopback',
    true,
    1,
    ['*'],
    ['true'],
    ['proxy.example.com'],
    ['10.0.0.0/33'],
    ['10.0.0.0/'],
    ['10.0.0.0/8/8'],
    ['10.0.0.0/255.0.0.0'],
    ['fe80::1%eth0'],
    ['10.0.0'],
    [''],
    [10],
  ])('may not be %j', (trustedProxies) => {
    expect(violationsOf({ trustedProxies })).toEqual(['trustedProxies']);
  });
});
