import { validateSection } from '@berth/sdk';
import { describe, expect, it } from 'vitest';
import { cautionOfUriPattern, MtlsConfig } from './mtls.config.js';

function violationsOf(section: Readonly<Record<string, unknown>>): readonly string[] {
  return validateSection(MtlsConfig, section, { refuseUnknown: true }).violations.map(({ key }) => key);
}

describe('http.auth.mtls', () => {
  it('takes what zot takes', () => {
    const section = {
      identityAttributes: ['CommonName', 'Subject', 'Email', 'URI', 'DNSName', 'cn', 'DN', 'rfc822name', 'URL', 'dns'],
      uriSanPattern: 'spiffe://example.org/workload/(.*)',
      uriSanIndex: 0,
      dnsSanIndex: 1,
      emailSanIndex: 2,
    };
    expect(violationsOf(section)).toEqual([]);
  });

  it('takes the common name, and what the header says, where it is empty', () => {
    expect(new MtlsConfig()).toMatchObject({ identityAttributes: ['CommonName'], onMismatch: 'credentials' });
    expect(violationsOf({ uriSanPattern: '' })).toEqual([]);
  });

  it.each([
    [{ identityAttributes: ['CommonName', 'Serial'] }, 'identityAttributes'],
    [{ identityAttributes: [] }, 'identityAttributes'],
    [{ identityAttributes: 'CN' }, 'identityAttributes'],
    [{ uriSanPattern: 'spiffe://(' }, 'uriSanPattern'],
    [{ uriSanPattern: 'a)|(b' }, 'uriSanPattern'],
    [{ uriSanPattern: 'spiffe://.*' }, 'uriSanPattern'],
    [{ uriSanPattern: 'spiffe://(?:.*)' }, 'uriSanPattern'],
    [{ uriSanPattern: '(?P<user>.*)' }, 'uriSanPattern'],
    [{ uriSanPattern: '([[:alpha:]]+)' }, 'uriSanPattern'],
    [{ uriSanIndex: -1 }, 'uriSanIndex'],
    [{ dnsSanIndex: 1.5 }, 'dnsSanIndex'],
    [{ emailSanIndex: '0' }, 'emailSanIndex'],
    [{ onMismatch: 'both' }, 'onMismatch'],
    [{ cacert: 'x' }, 'cacert'],
  ])('refuses %j', (section, key) => {
    expect(violationsOf(section)).toEqual([key]);
  });

  it('cautions of a pattern that matches a part', () => {
    expect(cautionOfUriPattern('spiffe://td/(.*)')).toContain('^');
    expect(cautionOfUriPattern('^spiffe://td/(.*)$')).toBe(undefined);
    expect(cautionOfUriPattern('')).toBe(undefined);
  });
});
