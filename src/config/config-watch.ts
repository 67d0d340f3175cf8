import { type FSWatcher, watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { LoadedConfig } from './load-config.js';
import { fingerprintOf } from './fingerprint.js';

/** Editors and Kubernetes replace a file in several steps; what is found this long after the last one is read. Milliseconds. */
const SETTLED_AFTER = 100;

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

  /** `onChange` is called once at a time; it must not reject. */
  constructor(
    { path, fingerprint }: Pick<LoadedConfig, 'path' | 'fingerprint'>,
    private readonly onChange: () => Promise<void>,
  ) {
    this.path = path;
    this.#fingerprint = fingerprint;
  }

  start(): void {
    this.#watcher = watch(dirname(this.path), { persistent: false }, () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#look(), SETTLED_AFTER);
    });
    // It may have changed since it was loaded.
    void this.#look();
    // A folder that goes away ends the watching, not the server.
    this.#watcher.on('error', () => {
      this.stop();
    });
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#watcher?.close();
  }

  /** As if the file had changed: what a SIGHUP asks for. */
  force(): Promise<void> {
    return (this.#turn = this.#turn.then(async () => {
      this.#fingerprint = (await this.#read()) ?? this.#fingerprint;
      await this.onChange();
    }));
  }

  #look(): Promise<void> {
    return (this.#turn = this.#turn.then(async () => {
      const fingerprint = await this.#read();
      // Half way through a swap there may be no file; the next event tells of the new one.
      if (fingerprint === undefined || fingerprint === this.#fingerprint) return;
      this.#fingerprint = fingerprint;
      await this.onChange();
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
