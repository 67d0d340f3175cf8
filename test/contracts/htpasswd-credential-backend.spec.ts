import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HtpasswdBackend } from '../../src/auth/backends/htpasswd/htpasswd.backend.js';
import { PasswordHashing } from '../../src/auth/hashing/password-hashing.js';
import { RegistryLogger } from '../../src/logging/registry-logger.js';
import { describeCredentialBackend } from '../kit/contracts/credential-backend.contract.js';
import { LineSink } from '../kit/line-sink.js';
import { describeWith } from '../requirements/requires.js';
import { makeTemporaryFolder, removeFolder } from './temporary-folder.js';

const signal = new AbortController().signal;

/** How people call the program, and the flags that it then has. */
const SCHEMES: Readonly<Record<string, readonly string[]>> = {
  'htpasswd -bc': [],
  'htpasswd -bcB': ['-B'],
  'htpasswd -bcB -C 10': ['-B', '-C', '10'],
  'htpasswd -bc2': ['-2'],
  'htpasswd -bc5': ['-5'],
  'htpasswd -bc5 -r 20000': ['-5', '-r', '20000'],
  'htpasswd -bcs': ['-s'],
};

describeWith({ programs: ['htpasswd'] }, 'files of htpasswd', () => {
  const hashing = new PasswordHashing();
  let folder: string;
  let path: string;
  let log: LineSink;
  const opened: HtpasswdBackend[] = [];

  beforeEach(() => {
    folder = makeTemporaryFolder();
    path = join(folder, 'htpasswd');
    log = new LineSink();
  });
  afterEach(() => {
    for (const backend of opened.splice(0)) backend.close();
    removeFolder(folder);
  });
  afterAll(() => hashing.close());

  const htpasswd = (...parameters: readonly string[]): string =>
    execFileSync('htpasswd', parameters, { stdio: ['ignore', 'pipe', 'pipe'] }).toString();

  async function open(): Promise<HtpasswdBackend> {
    const logger = new RegistryLogger(log.output, 'debug');
    const backend = await HtpasswdBackend.open({ path }, { logger, hashing, onChange: () => {} });
    opened.push(backend);
    return backend;
  }

  describe.each(Object.entries(SCHEMES))('made by %s', (_call, flags) => {
    it.each([
      ['admin', 'admin'],
      ['jürgen', 'pässwörd: with colons:'],
      ['小明', '密码'.repeat(10)],
      ['long', 'as long as a digest of SHA-256!!'],
      ['longer', 'as long as a digest of SHA-512: '.repeat(2)],
      ['longest', 'never ending '.repeat(15)],
    ])('let %s in by the password, and by no other', async (user, password) => {
      htpasswd('-bc', ...flags, path, user, password);
      const backend = await open();
      expect(await backend.verify({ user, password }, signal)).toEqual({ outcome: 'accepted', user, groups: [] });
      for (const wrong of ['', `x${password}`, `${password.slice(0, 5)}x`])
        expect(await backend.verify({ user, password: wrong }, signal)).toEqual({ outcome: 'rejected' });
    });
  });

  it.each(['2a', '2b', '2y'])('are read where another program wrote $%s$ for the same scheme', async (prefix) => {
    // Of this length, the package takes all that begin with the same letter for the same where it is $2a$.
    const password = 'a long password '.repeat(16).slice(0, 255);
    const line = htpasswd('-nbB', 'admin', password).trim();
    writeFileSync(path, `${line.replace('$2y$', `$${prefix}$`)}\n`);
    const backend = await open();
    const other = `a${'x'.repeat(254)}`;
    expect(await backend.verify({ user: 'admin', password }, signal)).toMatchObject({ outcome: 'accepted' });
    expect(await backend.verify({ user: 'admin', password: other }, signal)).toEqual({ outcome: 'rejected' });
  });

  it.each([
    ['-d', /DES crypt/],
    ['-p', /plain text/],
  ])('made with %s have lines that are left out, with the reason', async (flag, reason) => {
    htpasswd('-bc', flag, path, 'admin', 'admin');
    const backend = await open();
    expect(await backend.verify({ user: 'admin', password: 'admin' }, signal)).toEqual({ outcome: 'unknownUser' });
    expect(log.all.map((line) => line['reason'])).toContainEqual(expect.stringMatching(reason));
  });

  it('are followed as htpasswd changes and deletes users', async () => {
    htpasswd('-bcB', path, 'anna', 'old password');
    const backend = await open();
    htpasswd('-bB', path, 'anna', 'new password');
    htpasswd('-bB', path, 'bert', 'password');
    const outcomeOf = async (user: string, password: string): Promise<string> =>
      (await backend.verify({ user, password }, signal)).outcome;
    await expect.poll(() => outcomeOf('bert', 'password'), { timeout: 2000 }).toBe('accepted');
    expect(await outcomeOf('anna', 'new password')).toBe('accepted');
    expect(await outcomeOf('anna', 'old password')).toBe('rejected');
    htpasswd('-D', path, 'anna');
    await expect.poll(() => outcomeOf('anna', 'new password'), { timeout: 2000 }).toBe('unknownUser');
  });

  describeCredentialBackend('of an htpasswd file', {
    known: { user: 'anna', password: 'Correct horse', groups: [] },
    create: () => {
      htpasswd('-bcB', path, 'anna', 'Correct horse');
      htpasswd('-bs', path, 'bert', 'password');
      return open();
    },
    createUnreachable: () => {
      // What is there is no file.
      path = folder;
      return open();
    },
  });
});
