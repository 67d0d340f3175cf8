import { type FSWatcher, unwatchFile, watch, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { LoadedConfig } from './load-config.js';
import { fingerprintOf } from './fingerprint.js';

/** Editors and Kubernetes replace a file in several steps; what is found this long after the last one is read. Milliseconds. */
const SETTLED_AFTER = 100;
/** How often the file is looked at where its folder cannot be watched. Milliseconds. */
const LOOKED_AT_EVERY = 5000;

export interface ConfigWatchOptions {
  /** Called once at a time; must not reject. */
  readonly onChange: () => Promise<void>;
  /** Called where the folder cannot be watched, with the reason: the file is then looked at now and again. */
  readonly onUnwatchable: (cause: unknown) => void;
  /** A seam for tests; that of Node where absent. */
  readonly watchFolder?: typeof watch;
}

/**
 * Tells when the bytes of a file have become others. The folder is watched, not the file: a new file that is renamed over it, and
 * the link `..data` that Kubernetes swaps, are seen only there.
 */
export class ConfigWatch {
  private readonly path: string;
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #fingerprint: string;
  #turn: Promise<void> = Promise.resolve();

  constructor(
    { path, fingerprint }: Pick<LoadedConfig, 'path' | 'fingerprint'>,
    private readonly options: ConfigWatchOptions,
  ) {
    this.path = path;
    this.#fingerprint = fingerprint;
  }

  /** Never throws: a system may have no watch left to give. */
  start(): void {
    try {
      const { watchFolder = watch } = this.options;
      this.#watcher = watchFolder(dirname(this.path), { persistent: false }, () => {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => void this.#look(), SETTLED_AFTER);
      });
      this.#watcher.on('error', (cause) => {
        this.#lookNowAndAgain(cause);
      });
    } catch (cause) {
      this.#lookNowAndAgain(cause);
    }
    // It may have changed since it was loaded.
    void this.#look();
  }

  #lookNowAndAgain(cause: unknown): void {
    this.stop();
    this.options.onUnwatchable(cause);
    watchFile(this.path, { persistent: false, interval: LOOKED_AT_EVERY }, this.#onLooked);
  }

  readonly #onLooked = (): void => void this.#look();

  stop(): void {
    clearTimeout(this.#timer);
    this.#watcher?.close();
    unwatchFile(this.path, this.#onLooked);
  }

  /** As if the file had changed: what a SIGHUP asks for. */
  force(): Promise<void> {
    return (this.#turn = this.#turn.then(async () => {
      this.#fingerprint = (await this.#read()) ?? this.#fingerprint;
      await this.options.onChange();
    }));
  }

  #look(): Promise<void> {
    return (this.#turn = this.#turn.then(async () => {
      const fingerprint = await this.#read();
      // Half way through a swap there may be no file; the next event tells of the new one.
      if (fingerprint === undefined || fingerprint === this.#fingerprint) return;
      this.#fingerprint = fingerprint;
      await this.options.onChange();
    }));
  }

  async #read(): Promise<string | undefined> {
    try {
      return fingerprintOf(await readFile(this.path, 'utf8'));
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause) return undefined;
      throw cause;
    }
  }
}
