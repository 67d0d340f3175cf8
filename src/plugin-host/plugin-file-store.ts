import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, readdir, realpath, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { PluginFiles } from '@berth/sdk';
import { fileErrorOf, isAbsence } from './plugin-file-error.js';

/** Below the folder of a plugin: its files, and what is being written before it becomes one. */
const FILES = 'files';
const INCOMING = 'incoming';
/** What a crash left of a write is removed by the first write that comes so much later, in milliseconds. */
const LEFT_OVER = 3_600_000;
/** Bytes, as file systems have it. */
const LONGEST_SEGMENT = 255;

/** The files of one plugin: `<folder>/files/<name>`. No link leads out of it. */
export class PluginFileStore extends PluginFiles {
  #prepared: Promise<string> | undefined;

  /** `folder`: the plugin's own. `durable`: whether a write waits for the disk. */
  constructor(
    private readonly home: string,
    private readonly durable: boolean,
  ) {
    super();
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    const segments = segmentsOf(name);
    try {
      const base = await this.folder();
      const path = await realpath(join(base, ...segments));
      refuseOutside(base, path, name);
      const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
      try {
        return await file.readFile();
      } finally {
        await file.close();
      }
    } catch (cause) {
      if (isAbsence(cause)) return undefined;
      throw fileErrorOf(cause, 'read', name);
    }
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    const segments = segmentsOf(name);
    try {
      const base = await this.folder();
      const target = join(await this.#folderFor(base, segments, name), segments.at(-1) ?? '');
      const incoming = join(this.home, INCOMING, randomUUID());
      try {
        await this.#writeNew(incoming, bytes);
        await rename(incoming, target);
      } catch (cause) {
        await rm(incoming, { force: true });
        throw cause;
      }
      await this.#syncFolder(dirname(target));
    } catch (cause) {
      throw fileErrorOf(cause, 'write', name);
    }
  }

  async remove(name: string): Promise<void> {
    const segments = segmentsOf(name);
    try {
      const base = await this.folder();
      const folder = await realpath(join(base, ...segments.slice(0, -1)));
      refuseOutside(base, folder, name);
      await unlink(join(folder, segments.at(-1) ?? ''));
      await this.#syncFolder(folder);
    } catch (cause) {
      if (!isAbsence(cause)) throw fileErrorOf(cause, 'removal', name);
    }
  }

  async folder(): Promise<string> {
    this.#prepared ??= this.#prepare().catch((cause: unknown) => {
      this.#prepared = undefined;
      throw fileErrorOf(cause, 'making', FILES);
    });
    return this.#prepared;
  }

  async #prepare(): Promise<string> {
    const [files, incoming] = [join(this.home, FILES), join(this.home, INCOMING)];
    await mkdir(files, { recursive: true });
    await mkdir(incoming, { recursive: true });
    await this.#syncFolder(this.home);
    await this.#syncFolder(dirname(this.home));
    for (const left of await readdir(incoming)) {
      const path = join(incoming, left);
      if (Date.now() - (await stat(path)).mtimeMs > LEFT_OVER) await rm(path, { force: true });
    }
    return realpath(files);
  }

  /** Makes the folders above a file one by one, so that none is made behind a link that leads out. */
  async #folderFor(base: string, segments: readonly string[], name: string): Promise<string> {
    let folder = base;
    for (const segment of segments.slice(0, -1)) {
      const next = join(folder, segment);
      if ((await mkdir(next, { recursive: true })) !== undefined) await this.#syncFolder(folder);
      folder = await realpath(next);
      refuseOutside(base, folder, name);
    }
    return folder;
  }

  async #writeNew(path: string, bytes: Uint8Array): Promise<void> {
    const file = await open(path, 'wx');
    try {
      await file.writeFile(bytes);
      if (this.durable) await file.sync();
    } finally {
      await file.close();
    }
  }

  async #syncFolder(path: string): Promise<void> {
    if (!this.durable) return;
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}

/** Throws TypeError for a name that is none. */
function segmentsOf(name: string): string[] {
  const segments = name.split('/');
  const isName = segments.every(
    (segment) =>
      segment !== '' &&
      segment !== '.' &&
      segment !== '..' &&
      !/[\\\0]/.test(segment) &&
      Buffer.byteLength(segment) <= LONGEST_SEGMENT,
  );
  if (isName) return segments;
  throw new TypeError(`${JSON.stringify(name)} is no name of a file: segments joined by slashes, none of them . or ..`);
}

function refuseOutside(base: string, path: string, name: string): void {
  if (path !== base && !path.startsWith(base + sep)) throw new TypeError(`${name} leads out of the plugin's folder.`);
}
