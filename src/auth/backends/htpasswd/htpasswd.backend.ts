import { readFile } from 'node:fs/promises';
import { FileWatch, fingerprintOf } from '@berth/sdk';
import type { CredentialBackend, CredentialResult, Credentials, LookupResult } from '@berth/sdk';
import type { RegistryLogger } from '../../../logging/registry-logger.js';
import type { PasswordHash } from '../../hashing/password-hash.js';
import type { PasswordVerifier } from '../../hashing/password-verifier.js';
import { type HtpasswdFile, parseHtpasswd } from './htpasswd-file.js';
import { tellOfHtpasswd } from './htpasswd-log.js';
import type { HtpasswdConfig } from './htpasswd.config.js';

/** Longer ones are wrong: no scheme makes use of them, and each byte would be hashed thousands of times. Bytes of UTF-8. */
const PASSWORD_AT_MOST = 1024;

export interface HtpasswdBackendOptions {
  readonly logger: RegistryLogger;
  readonly hashing: PasswordVerifier;
  /** Called whenever the file has been read again: what was true of its users may not be so any more. */
  readonly onChange: () => void;
}

interface Content {
  readonly users: HtpasswdFile['users'];
  /** What is computed for a user who is not there, so that it takes as long. Absent where there are no users. */
  readonly decoy?: PasswordHash;
}

/** Users of a file that `htpasswd` made. It is read again when it changes; while it cannot be read, what was read last counts. */
export class HtpasswdBackend implements CredentialBackend {
  #content: Content | undefined;
  #isAbsent = false;
  #fingerprint: string | undefined;
  #watch: FileWatch | undefined;
  #isClosed = false;

  private constructor(
    private readonly path: string,
    private readonly options: HtpasswdBackendOptions,
  ) {}

  /** Reads the file, which need not be there yet, and watches it until `close`. */
  static async open({ path }: HtpasswdConfig, options: HtpasswdBackendOptions): Promise<HtpasswdBackend> {
    const backend = new HtpasswdBackend(path, options);
    await backend.#read();
    backend.#watchOn();
    return backend;
  }

  /** Costs one hash, whatever the user and the password are. */
  async verify(credentials: Credentials, signal: AbortSignal): Promise<CredentialResult> {
    const content = this.#content;
    if (!content) return this.#withoutContent();
    const { user, password } = credentials;
    const known = content.users.get(user);
    const hash = known ?? content.decoy;
    if (!hash) return { outcome: 'unknownUser' };
    const isPossible = Buffer.byteLength(password) <= PASSWORD_AT_MOST && !password.includes('\0');
    const isRight = await this.options.hashing.verify(isPossible ? password : '', hash, signal);
    // The file may have changed meanwhile, and nobody forgets afterwards what is accepted now.
    if (this.#content?.users.get(user)?.text !== known?.text) return await this.verify(credentials, signal);
    if (!known) return { outcome: 'unknownUser' };
    return isRight && isPossible ? { outcome: 'accepted', user, groups: [] } : { outcome: 'rejected' };
  }

  async lookup(user: string): Promise<LookupResult> {
    if (!this.#content) return this.#withoutContent();
    return this.#content.users.has(user) ? { outcome: 'found', user, groups: [] } : { outcome: 'unknownUser' };
  }

  close(): void {
    this.#isClosed = true;
    this.#watch?.stop();
  }

  #withoutContent(): Extract<LookupResult, { outcome: 'unknownUser' | 'unavailable' }> {
    if (this.#isAbsent) return { outcome: 'unknownUser' };
    return { outcome: 'unavailable', reason: 'the htpasswd file cannot be read' };
  }

  #watchOn(): void {
    const { logger } = this.options;
    this.#watch = new FileWatch([this.path], {
      // A file that is not there is known as such, so that the first one is a change.
      known: this.#fingerprint ?? 'absent',
      onChange: async () => {
        if ((await this.#read()) && !this.#isClosed) this.options.onChange();
      },
      onUnwatchable: (cause) => {
        logger.warn(
          { path: this.path, err: cause },
          'the folder of the htpasswd file cannot be watched: a change is seen a second later',
        );
      },
    });
    this.#watch.start();
  }

  /** Whether there is something new. */
  async #read(): Promise<boolean> {
    let bytes: Buffer;
    try {
      bytes = await readFile(this.path);
    } catch (cause) {
      this.#complain(cause);
      return false;
    }
    const file = parseHtpasswd(bytes);
    this.#fingerprint = fingerprintOf(bytes);
    this.#content = { users: file.users, ...decoyFor(file) };
    tellOfHtpasswd(file, this.path, this.options.logger);
    return true;
  }

  #complain(cause: unknown): void {
    const { path } = this;
    const { logger } = this.options;
    this.#isAbsent = isAbsence(cause);
    if (this.#content)
      logger.error({ path, err: cause }, 'the htpasswd file cannot be read any more: what was read last counts');
    else if (this.#isAbsent)
      logger.warn({ path }, 'there is no htpasswd file yet: nobody can log in by it until there is one');
    else logger.error({ path, err: cause }, 'the htpasswd file cannot be read: nobody can log in by it');
  }
}

/** A copy of the hash that takes longest, which is waited for in a line of its own. */
function decoyFor({ users }: HtpasswdFile): Pick<Content, 'decoy'> {
  let longest: PasswordHash | undefined;
  for (const hash of users.values()) if (!longest || hash.work > longest.work) longest = hash;
  return longest ? { decoy: { ...longest } } : {};
}

function isAbsence(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR');
}
