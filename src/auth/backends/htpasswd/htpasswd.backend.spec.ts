import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CredentialResult } from '@berth/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LineSink } from '../../../../test/kit/line-sink.js';
import { RegistryLogger } from '../../../logging/registry-logger.js';
import type { PasswordHash } from '../../hashing/password-hash.js';
import type { PasswordVerifier } from '../../hashing/password-verifier.js';
import { HtpasswdBackend } from './htpasswd.backend.js';

/** Within which a change must have been seen. */
const SOON = { timeout: 2000, interval: 20 };
const signal = new AbortController().signal;

const SHA1 = '{SHA}0DPiKuNIrrVmD8IUCuw1hQxNqZc=';
const APR1 = '$apr1$4V/5HLXH$uUofjlECAgtdDbeNflmJz.';
const BCRYPT_5 = `$2y$05$${'b'.repeat(53)}`;
const BCRYPT_12 = `$2y$12$${'c'.repeat(53)}`;

/** Counts what would be computed. Every hash is that of the password "right". */
class CountingHashing implements PasswordVerifier {
  readonly asked: { readonly password: string; readonly hash: PasswordHash }[] = [];
  meanwhile: () => Promise<void> = () => Promise.resolve();

  async verify(password: string, hash: PasswordHash): Promise<boolean> {
    this.asked.push({ password, hash });
    await this.meanwhile();
    return password === 'right';
  }
}

let folder: string;
let path: string;
let hashing: CountingHashing;
let log: LineSink;
let changes: number;
let backend: HtpasswdBackend | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-htpasswd-'));
  path = join(folder, 'htpasswd');
  [hashing, log, changes] = [new CountingHashing(), new LineSink(), 0];
});

afterEach(async () => {
  backend?.close();
  backend = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function opened(text?: string): Promise<HtpasswdBackend> {
  if (text !== undefined) await writeFile(path, text);
  const logger = new RegistryLogger(log.output, 'debug');
  const onChange = (): void => void (changes += 1);
  return (backend = await HtpasswdBackend.open({ path }, { logger, hashing, onChange }));
}

const verify = (user: string, password = 'right'): Promise<CredentialResult> =>
  backend?.verify({ user, password }, signal) ?? Promise.reject(new Error('there is no backend'));
const found = async (user: string): Promise<string | undefined> => (await backend?.lookup(user))?.outcome;
const messages = (): unknown[] => log.all.map(({ msg }) => msg);
const warnings = (): object[] =>
  log.all
    .filter(({ level }) => Number(level) > 30)
    .map(({ msg, line, reason, users }) => ({ msg, line, reason, users }));

describe('users of an htpasswd file', () => {
  it('are accepted by their password and by no other, in no group', async () => {
    await opened(`anna:${SHA1}\n`);
    expect(await verify('anna')).toEqual({ outcome: 'accepted', user: 'anna', groups: [] });
    expect(await verify('anna', 'wrong')).toEqual({ outcome: 'rejected' });
    expect(await verify('Anna')).toEqual({ outcome: 'unknownUser' });
  });

  it('are found without a password', async () => {
    const subject = await opened(`anna:${SHA1}\n`);
    expect(await subject.lookup('anna')).toEqual({ outcome: 'found', user: 'anna', groups: [] });
    expect(await subject.lookup('bert')).toEqual({ outcome: 'unknownUser' });
    expect(hashing.asked).toEqual([]);
  });

  it('cost one hash, and so do those who are not there: that which takes longest', async () => {
    await opened(`anna:${SHA1}\nbert:${BCRYPT_12}\ncora:${BCRYPT_5}\n`);
    for (const user of ['bert', 'nobody', 'nobody else', '']) await verify(user, 'wrong');
    expect(hashing.asked.map(({ hash }) => hash.text)).toEqual([BCRYPT_12, BCRYPT_12, BCRYPT_12, BCRYPT_12]);
  });

  it('that are not there wait in another line than the one whose hash is computed', async () => {
    await opened(`anna:${SHA1}\n`);
    for (const user of ['anna', 'nobody', 'nobody else']) await verify(user);
    const [anna, nobody, other] = hashing.asked.map(({ hash }) => hash);
    expect(nobody).not.toBe(anna);
    expect(nobody).toBe(other);
  });

  it('are unknown without any hash where there are none, since there is no name to tell', async () => {
    await opened('# none\n');
    expect(await verify('anna')).toEqual({ outcome: 'unknownUser' });
    expect(hashing.asked).toEqual([]);
  });

  it.each([
    ['of 100 KB', 'right'.padEnd(100_000, 'x')],
    ['over 1 KiB of UTF-8', 'ö'.repeat(513)],
    ['with a NUL', 'right\0'],
    ['with a NUL at its beginning', '\0right'],
  ])('are rejected with a password %s, at the cost of one hash that has nothing of it', async (_what, password) => {
    await opened(`anna:${SHA1}\n`);
    expect(await verify('anna', password)).toEqual({ outcome: 'rejected' });
    expect(await verify('nobody', password)).toEqual({ outcome: 'unknownUser' });
    expect(hashing.asked.map((asked) => asked.password)).toEqual(['', '']);
  });

  it('are rejected with a password that cannot be, even where the hash is that of the empty one', async () => {
    await opened(`anna:${SHA1}\n`);
    hashing.verify = async () => true;
    expect(await verify('anna', 'x'.repeat(1025))).toEqual({ outcome: 'rejected' });
    expect(await verify('anna', 'x'.repeat(1024))).toMatchObject({ outcome: 'accepted' });
  });

  it('are checked against what the file holds when the answer is given', async () => {
    await opened(`anna:${SHA1}\n`);
    hashing.meanwhile = async () => {
      hashing.meanwhile = () => Promise.resolve();
      await writeFile(path, `anna:${APR1}\n`);
      await expect.poll(() => changes, SOON).toBe(1);
    };
    await verify('anna');
    expect(hashing.asked.map(({ hash }) => hash.text)).toEqual([SHA1, APR1]);
  });
});

describe('the log of an htpasswd file', () => {
  it('names malformed lines and users that stand twice, by their numbers', async () => {
    await opened(`anna:secret\ndora:${BCRYPT_5}\ndora:${BCRYPT_12}\ncora:$2y$31$${'a'.repeat(53)}\n`);
    const reasons = log.all.map(({ line, reason }) => [line, reason]).filter(([line]) => line !== undefined);
    expect(reasons).toEqual([
      [1, 'it has no hash of a known scheme; plain text is not supported'],
      [4, 'it has a bcrypt hash whose cost is not from 4 to 16'],
      [3, 'it counts instead of line 2'],
    ]);
    expect(JSON.stringify(log.all)).not.toMatch(/secret|anna|dora|cora|\$2y/);
  });

  it('counts weak hashes once for each scheme', async () => {
    await opened(`anna:${SHA1}\nbert:${APR1}\ncora:${APR1}\ndora:${BCRYPT_5}\n`);
    expect(warnings()).toEqual([
      { msg: expect.stringMatching('weak hashes.*apr1') as unknown, users: 2 },
      { msg: expect.stringMatching('weak hashes.*{SHA}') as unknown, users: 1 },
    ]);
  });

  it('is short where the file is another', async () => {
    await opened('no line of htpasswd\n'.repeat(1000));
    expect(log.all.length).toBeLessThan(30);
    expect(log.all.at(-1)).toMatchObject({ lines: 980 });
  });
});

describe('an htpasswd file that changes', () => {
  it('is read again within two seconds, once, and says so to who remembers', async () => {
    await opened(`anna:${SHA1}\n`);
    await writeFile(path, `bert:${SHA1}\n`);
    await expect.poll(() => found('bert'), SOON).toBe('found');
    expect(await found('anna')).toBe('unknownUser');
    expect(changes).toBe(1);
  });

  it('may be replaced by another', async () => {
    await opened(`anna:${SHA1}\n`);
    await writeFile(`${path}.new`, `bert:${SHA1}\n`);
    await rename(`${path}.new`, path);
    await expect.poll(() => found('bert'), SOON).toBe('found');
  });

  it('may be one of Kubernetes, whose folder is swapped', async () => {
    for (const [version, user] of Object.entries({ '..1': 'anna', '..2': 'bert' })) {
      await mkdir(join(folder, version));
      await writeFile(join(folder, version, 'htpasswd'), `${user}:${SHA1}\n`);
    }
    await symlink('..1', join(folder, '..data'));
    await symlink('..data/htpasswd', path);
    await opened();
    expect(await found('anna')).toBe('found');
    await symlink('..2', join(folder, '..data_tmp'));
    await rename(join(folder, '..data_tmp'), join(folder, '..data'));
    await expect.poll(() => found('bert'), SOON).toBe('found');
  });

  it('need not be there yet: it is read when it appears', async () => {
    await opened();
    expect(warnings()).toMatchObject([{ msg: expect.stringContaining('there is no htpasswd file yet') as unknown }]);
    expect(await verify('anna')).toEqual({ outcome: 'unknownUser' });
    await writeFile(path, `anna:${SHA1}\n`);
    await expect.poll(() => found('anna'), SOON).toBe('found');
    expect(changes).toBe(1);
  });

  it('need not have a folder yet', async () => {
    path = join(folder, 'later', 'htpasswd');
    await opened();
    expect(await found('anna')).toBe('unknownUser');
    await mkdir(join(folder, 'later'));
    await writeFile(path, `anna:${SHA1}\n`);
    await expect.poll(() => found('anna'), SOON).toBe('found');
  });

  it('that vanishes counts as it was read last, and is no change', async () => {
    await opened(`anna:${SHA1}\n`);
    await rm(path);
    await expect.poll(messages, SOON).toContainEqual(expect.stringContaining('cannot be read any more'));
    expect(await verify('anna')).toMatchObject({ outcome: 'accepted' });
    expect(changes).toBe(0);
    await writeFile(path, `bert:${SHA1}\n`);
    await expect.poll(() => found('bert'), SOON).toBe('found');
    expect(await found('anna')).toBe('unknownUser');
  });

  it('that becomes a folder counts as it was read last', async () => {
    await opened(`anna:${SHA1}\n`);
    await rm(path);
    await mkdir(path);
    await expect.poll(messages, SOON).toContainEqual(expect.stringContaining('cannot be read any more'));
    expect(await found('anna')).toBe('found');
  });

  it('that is there and cannot be read at the start leaves it open who its users are, until it can', async () => {
    await mkdir(path);
    await opened();
    expect(await verify('anna')).toEqual({ outcome: 'unavailable', reason: 'the htpasswd file cannot be read' });
    expect(await found('anna')).toBe('unavailable');
    expect(messages()).toContainEqual(expect.stringContaining('cannot be read'));
    await rm(path, { recursive: true });
    await writeFile(path, `anna:${SHA1}\n`);
    await expect.poll(() => found('anna'), SOON).toBe('found');
  });

  it('is looked at no more when it is closed', async () => {
    const subject = await opened(`anna:${SHA1}\n`);
    subject.close();
    const other = await opened();
    await writeFile(path, `bert:${SHA1}\n`);
    await expect.poll(() => other.lookup('bert'), SOON).toMatchObject({ outcome: 'found' });
    expect(await subject.lookup('bert')).toEqual({ outcome: 'unknownUser' });
    expect(changes).toBe(1);
  });
});
