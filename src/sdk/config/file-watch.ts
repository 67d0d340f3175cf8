import { createHash } from 'node:crypto';
import { type FSWatcher, unwatchFile, watch, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** Editors and Kubernetes replace a file in several steps; what is found this long after the last one is read. Milliseconds. */
const SETTLED_AFTER = 100;
/** How often the files are looked at besides, for file systems that tell of no change. Milliseconds. */
const LOOKED_AT_EVERY = 1000;

export interface FileWatchOptions {
  /** Called once at a time; must not reject. */
  readonly onChange: () => Promise<void> | void;
  /** Called where a folder cannot be watched, with the reason: the files are then only looked at now and again. */
  readonly onUnwatchable?: (cause: unknown) => void;
  /** True: a file that is not there is no change; the next one at its place is. */
  readonly ignoreAbsent?: boolean;
  /** How often the files are looked at besides, in milliseconds. Default 1000. */
  readonly interval?: number;
  /** What was read already, of `fingerprintOf`; where absent, what is there at the start. */
  readonly known?: string;
  /** A seam for tests; that of Node where absent. */
  readonly watchFolder?: typeof watch;
}

/**
 * Tells when the bytes of a file, or of any of several, have become others. The folder is watched, not the file: a new file that is
 * renamed over it, and the link `..data` that Kubernetes swaps, are seen only there.
 */
export class FileWatch {
  readonly #paths: readonly string[];
  readonly #watchers = new Map<string, FSWatcher>();
  #timer: NodeJS.Timeout | undefined;
  #fingerprint: string | undefined;
  #turn: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(
    paths: readonly string[],
    private readonly options: FileWatchOptions,
  ) {
    this.#paths = paths.map((path) => resolve(path));
    this.#fingerprint = options.known;
  }

  /** Never throws: a system may have no watch left to give. */
  start(): void {
    const { watchFolder = watch, interval = LOOKED_AT_EVERY } = this.options;
    for (const folder of new Set(this.#paths.map((path) => dirname(path)))) {
      try {
        const watcher = watchFolder(folder, { persistent: false }, this.#onEvent);
        this.#watchers.set(folder, watcher);
        watcher.on('error', (cause) => {
          this.#giveUp(folder, cause);
        });
      } catch (cause) {
        this.#giveUp(folder, cause);
      }
    }
    for (const path of this.#paths) watchFile(path, { persistent: false, interval }, this.#onLooked);
    // It may have changed since it was read.
    void this.#look();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    for (const path of this.#paths) unwatchFile(path, this.#onLooked);
  }

  /** As if the files had changed. */
  force(): Promise<void> {
    return (this.#turn = this.#turn.then(async () => {
      this.#fingerprint = (await this.#read()) ?? this.#fingerprint;
      await this.options.onChange();
    }));
  }

  #giveUp(folder: string, cause: unknown): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
    this.options.onUnwatchable?.(cause);
  }

  readonly #onEvent = (): void => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), SETTLED_AFTER);
  };

  readonly #onLooked = (): void => void this.#look();

  #look(): Promise<void> {
    return (this.#turn = this.#turn.then(async () => {
      const fingerprint = await this.#read();
      const before = this.#fingerprint;
      // Half way through a swap there may be no file; the next event tells of the new one.
      if (fingerprint === undefined || this.#isStopped) return;
      this.#fingerprint = fingerprint;
      if (before !== undefined && fingerprint !== before) await this.options.onChange();
    }));
  }

  async #read(): Promise<string | undefined> {
    const texts = await Promise.all(this.#paths.map(readBytes));
    if (this.options.ignoreAbsent && texts.includes(undefined)) return undefined;
    return texts.map((bytes) => (bytes ? fingerprintOf(bytes) : 'absent')).join(' ');
  }
}

async function readBytes(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (cause) {
    // Not there, or not to be read now.
    if (cause instanceof Error && 'code' in cause) return undefined;
    throw cause;
  }
}

/** Two files have the same only if they are the same. */
export function fingerprintOf(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
