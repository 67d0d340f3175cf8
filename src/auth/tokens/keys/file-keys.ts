import { readFile } from 'node:fs/promises';
import { FileWatch, fingerprintOf } from '@berth/sdk';
import type { RegistryLogger } from '../../../logging/registry-logger.js';
import { KeySet } from './key-set.js';
import type { KeyHint, KeySearch, KeySource } from './key-source.js';

export interface FileKeysOptions {
  readonly logger: RegistryLogger;
  /** Called once other keys are in use. */
  readonly onChange: () => void;
}

/** Keys in a file, which is read again when it changes. */
export class FileKeys implements KeySource {
  readonly #watch: FileWatch;

  private constructor(
    private readonly path: string,
    private set: KeySet,
    known: string,
    private readonly options: FileKeysOptions,
  ) {
    this.#watch = new FileWatch([path], { known, ignoreAbsent: true, onChange: () => this.#readAgain() });
    this.#watch.start();
  }

  /** Throws an Error naming the file and what is wrong with it. */
  static async open(path: string, options: FileKeysOptions): Promise<FileKeys> {
    try {
      const text = await readFile(path, 'utf8');
      return new FileKeys(path, KeySet.parse(text), fingerprintOf(text), options);
    } catch (cause) {
      throw new Error(`Cannot use ${path} for the keys of tokens: ${messageOf(cause)}`, { cause });
    }
  }

  find(hint: KeyHint): Promise<KeySearch> {
    const keys = this.set.find(hint);
    return Promise.resolve(keys.length > 0 ? { outcome: 'found', keys } : { outcome: 'unknown' });
  }

  close(): void {
    this.#watch.stop();
  }

  async #readAgain(): Promise<void> {
    const { logger, onChange } = this.options;
    try {
      this.set = KeySet.parse(await readFile(this.path, 'utf8'));
      onChange();
      logger.info({ path: this.path }, 'read the keys of tokens again');
    } catch (cause) {
      logger.warn({ path: this.path, reason: messageOf(cause) }, 'kept the keys of tokens: the new ones are broken');
    }
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
