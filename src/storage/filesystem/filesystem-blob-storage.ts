import { dirname, join, relative, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StorageError } from '@berth/sdk';
import {
  type AppendOptions,
  BlobStorage,
  type OpenBlob,
  type PlacedUpload,
  type StorageSpace,
  type StoredLocation,
} from '../blob-storage.js';
import {
  blobLocation,
  blobsFolder,
  type Location,
  pathOf,
  quarantineFolder,
  quarantineLocation,
  uploadPath,
  uploadsFolder,
} from '../storage-layout.js';
import { isAbsent, isThere, storageErrorOf } from './file-failure.js';
import { type FileDescriptor, type FileSystem, nodeFileSystem } from './file-system.js';
import { UploadWriter } from './upload-writer.js';

export interface FilesystemOptions {
  readonly root: string;
  /** True: bytes and their names are on the disk before `place` resolves. */
  readonly durable: boolean;
  readonly fileSystem?: FileSystem;
}

/** How much of an upload is read at a time when it has to be hashed again. */
const READ_BYTES = 1024 * 1024;

/** Bytes in files below a root folder. */
export class FilesystemBlobStorage extends BlobStorage {
  readonly #root: string;
  readonly #durable: boolean;
  readonly #fileSystem: FileSystem;
  /** Folders known to be there and, where that matters, to be on the disk. */
  readonly #folders = new Set<string>();

  constructor({ root, durable, fileSystem = nodeFileSystem }: FilesystemOptions) {
    super();
    this.#root = root;
    this.#durable = durable;
    this.#fileSystem = fileSystem;
  }

  async prepare(): Promise<void> {
    await this.#attempt('preparing', this.#root, async () => {
      await this.#ensureFolder(blobsFolder(this.#root));
      await this.#ensureFolder(uploadsFolder(this.#root));
    });
  }

  open(location: Location): Promise<OpenBlob | undefined> {
    return this.#openFile(pathOf(this.#root, location), location);
  }

  async size(location: Location): Promise<number | undefined> {
    const path = pathOf(this.#root, location);
    return (await this.#unlessAbsent('reading', location, () => this.#fileSystem.statusOf(path)))?.size;
  }

  async place({ upload, digest, size }: PlacedUpload): Promise<Location> {
    const location = blobLocation(digest, upload);
    const target = pathOf(this.#root, location);
    await this.#attempt('placing', location, async () => {
      await this.#withFile(uploadPath(this.#root, upload), async (file) => {
        const { size: found } = await this.#fileSystem.status(file);
        // Cutting to a greater length would fill up with zeros.
        if (found < size) throw new StorageError('failed', 'placing', location, `of ${size} bytes ${found} are there`);
        if (found > size) await this.#fileSystem.truncate(file, size);
        if (this.#durable) await this.#fileSystem.sync(file);
      });
      await this.#moveTo(target, uploadPath(this.#root, upload));
      if (this.#durable) await this.#fileSystem.syncFolder(dirname(target));
    });
    return location;
  }

  async setAside(location: Location): Promise<Location | undefined> {
    const aside = quarantineLocation(location);
    const target = pathOf(this.#root, aside);
    return this.#unlessAbsent('setting aside', location, async () => {
      await this.#ensureFolder(dirname(target));
      await this.#fileSystem.link(pathOf(this.#root, location), target).catch((cause: unknown) => {
        // An attempt before this one came so far.
        if (!isThere(cause)) throw cause;
      });
      if (this.#durable) await this.#fileSystem.syncFolder(dirname(target));
      return aside;
    });
  }

  async remove(location: Location): Promise<void> {
    await this.#unlessAbsent('removing', location, () => this.#fileSystem.unlink(pathOf(this.#root, location)));
  }

  async *locations(): AsyncIterable<StoredLocation> {
    for (const folder of [blobsFolder(this.#root), quarantineFolder(this.#root)]) {
      for await (const path of this.#filesBelow(folder)) {
        const status = await this.#unlessAbsent('reading', path, () => this.#fileSystem.statusOf(path));
        const location = relative(this.#root, path).split(sep).join('/');
        if (status) yield { location, modifiedAt: status.modifiedAt };
      }
    }
  }

  async append(upload: string, source: Readable, options: AppendOptions): Promise<void> {
    const path = uploadPath(this.#root, upload);
    const file = await this.#attempt('opening', upload, () => this.#fileSystem.openForWriting(path));
    const writer = new UploadWriter(this.#fileSystem, file, upload, options);
    try {
      // The writer translates what the disk says; an error of the source, such as a client that left, stays as it is.
      await pipeline(source, writer, { signal: options.signal });
    } finally {
      await writer.settled();
      await this.#attempt('closing', upload, () => this.#fileSystem.close(file));
    }
  }

  async uploadSize(upload: string): Promise<number> {
    const path = uploadPath(this.#root, upload);
    return (await this.#unlessAbsent('reading', upload, () => this.#fileSystem.statusOf(path)))?.size ?? 0;
  }

  openUpload(upload: string): Promise<OpenBlob | undefined> {
    return this.#openFile(uploadPath(this.#root, upload), upload);
  }

  async *readUpload(upload: string, size: number, signal: AbortSignal): AsyncIterable<Uint8Array> {
    if (size === 0) return;
    const buffer = Buffer.allocUnsafe(Math.min(size, READ_BYTES));
    const file = await this.#attempt('opening', upload, () =>
      this.#fileSystem.openForReading(uploadPath(this.#root, upload)),
    );
    try {
      for (let position = 0; position < size;) {
        signal.throwIfAborted();
        const target = buffer.subarray(0, Math.min(buffer.byteLength, size - position));
        const length = await this.#attempt('reading', upload, () => this.#fileSystem.read(file, target, position));
        if (length === 0) return;
        position += length;
        yield target.subarray(0, length);
      }
    } finally {
      await this.#attempt('closing', upload, () => this.#fileSystem.close(file));
    }
  }

  async discard(upload: string): Promise<void> {
    await this.#unlessAbsent('removing', upload, () => this.#fileSystem.unlink(uploadPath(this.#root, upload)));
  }

  async *uploads(): AsyncIterable<string> {
    const folder = uploadsFolder(this.#root);
    for (const entry of (await this.#unlessAbsent('listing', folder, () => this.#fileSystem.list(folder))) ?? []) {
      yield entry.name;
    }
  }

  /** Of the disk that the root folder lies on. */
  override space(): Promise<StorageSpace> {
    return this.#attempt('measuring', this.#root, () => this.#fileSystem.space(this.#root));
  }

  async #openFile(path: string, key: string): Promise<OpenBlob | undefined> {
    const fileSystem = this.#fileSystem;
    const file = await this.#unlessAbsent('opening', key, () => fileSystem.openForReading(path));
    if (file === undefined) return undefined;
    return {
      read: (target, position) => this.#attempt('reading', key, () => fileSystem.read(file, target, position)),
      close: () => this.#attempt('closing', key, () => fileSystem.close(file)),
    };
  }

  async *#filesBelow(folder: string): AsyncIterable<string> {
    for (const entry of (await this.#unlessAbsent('listing', folder, () => this.#fileSystem.list(folder))) ?? []) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) yield* this.#filesBelow(path);
      else yield path;
    }
  }

  async #withFile<Result>(path: string, use: (file: FileDescriptor) => Promise<Result>): Promise<Result> {
    const file = await this.#fileSystem.openForWriting(path);
    try {
      return await use(file);
    } finally {
      await this.#fileSystem.close(file);
    }
  }

  async #moveTo(target: string, from: string): Promise<void> {
    const folder = dirname(target);
    await this.#ensureFolder(folder);
    try {
      await this.#fileSystem.rename(from, target);
    } catch (cause) {
      // Somebody has removed the folder from under us.
      if (!isAbsent(cause) || !this.#folders.delete(folder)) throw cause;
      await this.#ensureFolder(folder);
      await this.#fileSystem.rename(from, target);
    }
  }

  /** Makes a folder; where durability is asked for, the names of all that were made reach the disk. */
  async #ensureFolder(path: string): Promise<void> {
    if (this.#folders.has(path)) return;
    const first = await this.#fileSystem.makeFolder(path);
    if (this.#durable && first !== undefined) {
      for (let made = path; made.length >= first.length; made = dirname(made)) {
        await this.#fileSystem.syncFolder(dirname(made));
      }
    }
    this.#folders.add(path);
  }

  async #unlessAbsent<Result>(operation: string, key: string, run: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await run();
    } catch (cause) {
      if (isAbsent(cause)) return undefined;
      throw storageErrorOf(cause, operation, key);
    }
  }

  async #attempt<Result>(operation: string, key: string, run: () => Promise<Result>): Promise<Result> {
    try {
      return await run();
    } catch (cause) {
      throw storageErrorOf(cause, operation, key);
    }
  }
}
