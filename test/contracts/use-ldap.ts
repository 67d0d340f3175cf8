import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { CredentialResult } from '@berth/sdk';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { GROUPS, passwordOf, PEOPLE, SEARCHER } from '../e2e/slapd-directory.js';
import { Slapd } from '../e2e/slapd.js';
import { credentialsFile, LdapOpener, type OpenedLdap } from './ldap-opener.js';
import { makeTemporaryFolder, removeFolder } from './temporary-folder.js';

export type LdapSection = Readonly<Record<string, unknown>>;

export interface LdapStage {
  readonly slapd: Slapd;
  /** Of the running test. */
  readonly folder: string;
  /** Nobody listens there. */
  readonly closedPort: number;
  /** In the clear, with groups by search, unless `section` says otherwise. */
  readonly open: (section?: LdapSection, tryEvery?: number) => Promise<OpenedLdap>;
  readonly verify: (opened: OpenedLdap, user: string, password?: string) => Promise<CredentialResult>;
}

/** One slapd for the tests of a block, and backends that ask it, which are closed after each test. */
export function useLdap(): LdapStage {
  const opener = new LdapOpener();
  const signal = new AbortController().signal;
  let slapd: Slapd | undefined;
  let folder = '';
  let closedPort = 0;

  beforeAll(async () => {
    slapd = await Slapd.start();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    closedPort = (server.address() as AddressInfo).port;
    server.close();
  });
  afterAll(() => slapd?.remove());
  beforeEach(() => {
    folder = makeTemporaryFolder();
  });
  afterEach(() => {
    opener.close();
    removeFolder(folder);
  });

  const stage: LdapStage = {
    get slapd() {
      if (!slapd) throw new Error('slapd runs from beforeAll on');
      return slapd;
    },
    get folder() {
      return folder;
    },
    get closedPort() {
      return closedPort;
    },
    open: (section = {}, tryEvery?: number) => {
      const defaults = {
        address: '127.0.0.1',
        port: stage.slapd.port,
        insecure: true,
        baseDN: PEOPLE,
        userAttribute: 'uid',
        groupBaseDN: GROUPS,
        ...(!('credentialsFile' in section) && { credentialsFile: credentialsFile(folder, SEARCHER) }),
      };
      return opener.open({ ...defaults, ...section }, tryEvery);
    },
    verify: ({ backend }, user, password = passwordOf(user)) => backend.verify({ user, password }, signal),
  };
  return stage;
}
