import { describe, expect, it } from 'vitest';
import { checkValues } from '../config/check-values.js';
import { accessNotices } from './access-notices.js';

const open = { auth: undefined, accessControl: undefined, realm: 'x', certificates: false };

describe('a server that everyone may do everything with', () => {
  it.each(['0.0.0.0', '::', '10.1.2.3', 'registry.example.com', '1270.0.0.1'])(
    'says so where %s can be reached',
    (address) => {
      expect(accessNotices(open, address)).toEqual([expect.stringContaining('no authentication')]);
    },
  );

  it.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])(
    'says nothing where only this machine reaches it: %s',
    (address) => {
      expect(accessNotices(open, address)).toEqual([]);
    },
  );

  it.each([{}, { failDelay: 5 }, { fallback: ['unavailable'] }, { apikey: false }])(
    'says so on any address where a section looks as if it shut something: %j',
    (auth) => {
      const { config } = checkValues({ http: { auth } });
      const notices = accessNotices({ ...open, auth: config.http.auth }, '127.0.0.1');
      expect(notices).toEqual([expect.stringContaining('names no way')]);
    },
  );

  it('cannot come of a section for certificates that no client is asked for: it is a violation', () => {
    const { violations } = checkValues({ http: { auth: { mtls: {} } } });
    expect(violations).toMatchObject([{ key: 'http.auth' }]);
  });

  it('names what a rule opens to everyone', () => {
    const { config } = checkValues({
      http: { accessControl: { repositories: { 'base/**': { anonymousPolicy: ['read'] } } } },
    });
    const [line] = accessNotices({ ...open, accessControl: config.http.accessControl }, '127.0.0.1');
    expect(line).toContain('base/**');
  });

  it('says who may do what where users are known and there are no rules, and how everyone may read', () => {
    for (const known of [{ certificates: true }, { hasContributed: true }]) {
      const [line] = accessNotices({ ...open, ...known }, '0.0.0.0');
      expect(line).toContain('"anonymousPolicy": ["read"]');
    }
  });
});
