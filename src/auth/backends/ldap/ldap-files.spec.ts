import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { milliseconds } from '@berth/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLdapFiles } from './ldap-files.js';
import { LdapConfig } from './ldap.config.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-ldap-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function read(key: 'credentialsFile' | 'caCert' | 'cert', text: string) {
  const path = join(folder, key);
  await writeFile(path, text);
  return await readLdapFiles(Object.assign(new LdapConfig(), { timeout: milliseconds(5000), [key]: path }));
}

describe('readLdapFiles', () => {
  it("reads zot's file of credentials", async () => {
    const { material } = await read('credentialsFile', '{"bindDN": "cn=searcher,dc=x", "bindPassword": "hunter2"}');
    expect(material.account).toEqual({ dn: 'cn=searcher,dc=x', password: 'hunter2' });
  });

  it.each(['searcher@example.org', 'EXAMPLE\\searcher'])('takes %s, as Active Directory does', async (bindDN) => {
    const { material } = await read('credentialsFile', JSON.stringify({ bindDN, bindPassword: 'hunter2' }));
    expect(material.account?.dn).toBe(bindDN);
  });

  it('has no account where there is no file', async () => {
    expect((await readLdapFiles(new LdapConfig())).material.account).toBeUndefined();
  });

  it.each([
    '',
    'hunter2',
    '"hunter2"',
    'null',
    '[]',
    '{"bindDN": "cn=x", "bindPassword": "hunter2"',
    '{"bindDN": "cn=x"}',
    '{"bindDN": "cn=x", "bindPassword": ""}',
    '{"bindDN": "cn=x", "bindPassword": 7}',
    '{"bindDN": "", "bindPassword": "hunter2"}',
    '{"bindDN": "EXTERNAL", "bindPassword": "hunter2"}',
  ])('refuses credentials of %j, without a word of them', async (text) => {
    const refusal = await read('credentialsFile', text).catch((cause: unknown) => cause);
    expect(refusal).toBeInstanceOf(Error);
    expect(String(refusal)).toContain(folder);
    expect(String(refusal)).not.toContain('hunter2');
    expect((refusal as Error).cause).toBeUndefined();
  });

  it.each(['', 'x', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'])(
    'refuses authorities of %j',
    async (text) => {
      await expect(read('caCert', text)).rejects.toThrow('caCert: holds');
    },
  );

  it('refuses a certificate that is none', async () => {
    await expect(read('cert', 'x')).rejects.toThrow('no certificate');
  });
});
