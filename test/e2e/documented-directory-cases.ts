import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { as, type DocumentedCase, type DocumentedStage } from './documented-logins.js';
import type { Replacements } from './page-examples.js';
import { passwordOf, SEARCHER, SUFFIX } from './slapd-directory.js';
import { Slapd } from './slapd.js';

const SUFFIX_OF_PAGE = ['dc=example,dc=org', SUFFIX] as const;
/** Nobody listens there. */
const CLOSED = '127.0.0.1:1';

let directory: Promise<Slapd> | undefined;

/** One for all cases, begun by the first. */
async function slapdFor({ folder }: DocumentedStage): Promise<Slapd> {
  const slapd = await (directory ??= Slapd.start());
  await copyFile(slapd.authority.cert, join(folder, 'ldap-ca.pem'));
  await copyFile(slapd.client.cert, join(folder, 'ldap-client.pem'));
  await copyFile(slapd.client.key, join(folder, 'ldap-client.key'));
  return slapd;
}

export async function endDirectory(): Promise<void> {
  await (await directory)?.remove();
}

const at = ({ securePort }: Slapd): string => `127.0.0.1:${String(securePort)}`;
const alice = as('alice', passwordOf('alice'));
const account = { replacements: [SUFFIX_OF_PAGE], env: { PASSWORD: SEARCHER.bindPassword } };

async function openLdap(stage: DocumentedStage): Promise<void> {
  const slapd = await slapdFor(stage);
  await stage.makeUsers();
  await stage.type(0, account);
  await stage.start([SUFFIX_OF_PAGE, ['ldap1.example.org', CLOSED], ['ldap2.example.org', at(slapd)]]);
  const push = (...words: readonly string[]): Promise<number> =>
    stage.status('/v2/team/app/blobs/uploads/', '-X', 'POST', ...words);

  expect(await push(...alice)).toBe(202);
  expect(await push(...as('bob', passwordOf('bob')))).toBe(403);
  expect(await push(...as('alice', 'wrong'))).toBe(401);
  expect(await push()).toBe(401);
  // Whom the directory does not know, and then nobody.
  expect(await push(...as('admin'))).toBe(202);
  await slapd.end();
  expect(await stage.status('/v2/', ...as('ann'))).toBe(200);
  await slapd.begin();
}

/** What only Active Directory has, in the words of slapd, which resolves no groups of groups in a search. */
const IN_OTHER_WORDS: Replacements = [
  ['sAMAccountName', 'uid'],
  ['objectCategory=person', 'objectClass=person'],
  [':1.2.840.113556.1.4.1941:=', '='],
  // This slapd asks for a certificate.
  ['"credentialsFile"', '"cert": "/etc/berth/ldap-client.pem", "key": "/etc/berth/ldap-client.key", "credentialsFile"'],
];

async function activeDirectory(stage: DocumentedStage): Promise<void> {
  const slapd = await slapdFor(stage);
  await stage.write('ldap-account.json', JSON.stringify(SEARCHER));
  const policies = [{ groups: ['inner'], actions: ['read'] }];
  await stage.start([...IN_OTHER_WORDS, SUFFIX_OF_PAGE, ['dc1.example.org', at(slapd)]], {
    accessControl: { repositories: { '**': { policies } } },
  });
  expect(await stage.status('/v2/', ...alice)).toBe(200);
  expect(await stage.status('/v2/', ...as('alice', 'wrong'))).toBe(401);
  expect(await stage.status('/v2/')).toBe(401);
  // May be listed, and is not there.
  expect(await stage.status('/v2/app/tags/list', ...as('many', passwordOf('many')))).toBe(404);
  expect(await stage.status('/v2/app/tags/list', ...alice)).toBe(403);
}

export const DIRECTORY_CASES: Readonly<Record<string, DocumentedCase>> = {
  'LDAP, then htpasswd': openLdap,
  'Active Directory': activeDirectory,
};
