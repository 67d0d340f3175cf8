import { validateSection } from '@berth/sdk';
import { describe, expect, it } from 'vitest';
import { HtpasswdConfig } from './htpasswd.config.js';

const keysOf = (section: Readonly<Record<string, unknown>>): string[] =>
  validateSection(HtpasswdConfig, section, { prefix: 'http.auth.htpasswd.', refuseUnknown: true }).violations.map(
    ({ key }) => key,
  );

describe('the configuration of htpasswd', () => {
  it('is the path of a file', () => {
    expect(keysOf({ path: 'htpasswd' })).toEqual([]);
  });

  it.each([[{}], [{ path: '' }], [{ path: 1 }], [{ path: null }]])('has no other: %j', (section) => {
    expect(keysOf(section)).toEqual(['http.auth.htpasswd.path']);
  });

  it('knows no other key', () => {
    expect(keysOf({ path: 'htpasswd', file: 'htpasswd' })).toEqual(['http.auth.htpasswd.file']);
  });
});
