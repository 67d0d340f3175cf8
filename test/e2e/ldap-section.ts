import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GROUPS, PEOPLE, SEARCHER } from './slapd-directory.js';
import type { Slapd } from './slapd.js';

export type LdapSection = Readonly<Record<string, unknown>>;

/** Writes the file that `credentialsFile` names, and gives its path. */
export async function writeSearcher(folder: string, bindPassword: string = SEARCHER.bindPassword): Promise<string> {
  const path = join(folder, 'searcher.json');
  await writeFile(path, JSON.stringify({ ...SEARCHER, bindPassword }));
  return path;
}

/** `http.auth.ldap` for `slapd`, by TLS with its private authority; its groups count by search. */
export function ldapSection(slapd: Slapd, by: 'StartTLS' | 'LDAPS', more: LdapSection = {}): LdapSection {
  const { cert, key } = slapd.client;
  return {
    address: '127.0.0.1',
    ...(by === 'LDAPS' ? { port: slapd.securePort } : { port: slapd.port, insecure: true, startTLS: true }),
    caCert: slapd.authority.cert,
    cert,
    key,
    baseDN: PEOPLE,
    userAttribute: 'uid',
    groupBaseDN: GROUPS,
    timeout: '2s',
    ...more,
  };
}
