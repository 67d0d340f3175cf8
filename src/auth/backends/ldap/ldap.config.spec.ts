import { validateSection } from '@berth/sdk';
import { describe, expect, it } from 'vitest';
import { LdapConfig } from './ldap.config.js';

const LEAST = { address: 'ldap.example.org', baseDN: 'ou=people,dc=example', userAttribute: 'uid' };

function read(section: Readonly<Record<string, unknown>>) {
  const { config, violations } = validateSection(LdapConfig, { ...LEAST, ...section }, { refuseUnknown: true });
  return { config, wrong: violations.map(({ key }) => key) };
}

describe('LdapConfig', () => {
  it("takes zot's section as it is", () => {
    const { config, wrong } = read({
      credentialsFile: 'credentials.json',
      port: 389,
      insecure: true,
      startTLS: true,
      skipVerify: false,
      subtreeSearch: true,
      userGroupAttribute: 'memberOf',
      userFilter: '(objectClass=person)',
      caCert: 'ca.pem',
    });
    expect(wrong).toEqual([]);
    expect(config.address).toEqual(['ldap.example.org']);
  });

  it('wants TLS and five seconds where nothing else is said', () => {
    expect(read({}).config).toMatchObject({ insecure: false, startTLS: false, skipVerify: false, timeout: 5000 });
  });

  it('takes several servers, in their order', () => {
    expect(read({ address: ['b.example.org:1636', 'a.example.org'] })).toMatchObject({
      wrong: [],
      config: { address: ['b.example.org:1636', 'a.example.org'] },
    });
  });

  it.each([
    ['address', { address: undefined }],
    ['address', { address: [] }],
    ['address', { address: 'a,b' }],
    ['address', { address: ['a', 7] }],
    ['address', { address: 'ldap://a' }],
    ['address', { address: ['ldaps://a'], insecure: true }],
    ['port', { port: 0 }],
    ['port', { port: '636' }],
    ['baseDN', { baseDN: undefined }],
    ['userAttribute', { userAttribute: '' }],
    ['userAttribute', { userAttribute: 'uid)(x=*' }],
    ['userFilter', { userFilter: '' }],
    ['userFilter', { userFilter: '(uid=%s)' }],
    ['userFilter', { userFilter: '(x={dn})' }],
    ['groupFilter', { groupFilter: '(member={dn})' }],
    ['groupFilter', { groupFilter: '(objectClass=group)', groupBaseDN: 'ou=groups' }],
    ['groupNameAttribute', { groupNameAttribute: '' }],
    ['cert', { cert: 'client.crt' }],
    ['key', { key: 'client.key' }],
    ['timeout', { timeout: '0s' }],
    ['timeout', { timeout: 5 }],
    ['poolSize', { poolSize: 0 }],
    ['poolSize', { poolSize: 1000 }],
    ['insecure', { insecure: 'no' }],
    ['bindPassword', { bindPassword: 'secret' }],
  ])('refuses a wrong %s: %j', (key, section) => {
    expect(read(section).wrong).toEqual([key]);
  });
});
