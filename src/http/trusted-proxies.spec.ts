import { describe, expect, it } from 'vitest';
import { TrustedProxies } from './trusted-proxies.js';

describe('http.trustedProxies', () => {
  it.each([
    ['10.1.2.3', '10.1.2.3'],
    ['10.0.0.0/8', '10.255.0.1'],
    ['10.0.0.0/8', '::ffff:10.1.2.3'],
    ['10.0.0.0/8', '10.1.2.3:5000'],
    ['0.0.0.0/0', '192.0.2.1'],
    ['fd00::/8', 'fd12::1'],
    ['fd00::/8', '[fd12::1]:5000'],
    ['fe80::/10', 'fe80::1%eth0'],
    ['loopback', '127.0.0.2'],
    ['loopback', '::1'],
    ['loopback', '::ffff:127.0.0.1'],
  ])('%s trusts %s', (entry, address) => {
    expect(new TrustedProxies([entry]).trusts(address)).toBe(true);
  });

  it.each([
    ['10.1.2.3', '10.1.2.4'],
    ['10.0.0.0/8', '11.0.0.1'],
    ['fd00::/8', 'fe00::1'],
    ['0.0.0.0/0', '2001:db8::1'],
    ['loopback', '10.0.0.1'],
    ['loopback', 'localhost'],
    ['0.0.0.0/0', 'unknown'],
    ['0.0.0.0/0', ''],
    ['0.0.0.0/0', undefined],
  ])('%s does not trust %s', (entry, address) => {
    expect(new TrustedProxies([entry]).trusts(address)).toBe(false);
  });
});
