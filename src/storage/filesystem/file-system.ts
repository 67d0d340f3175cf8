import * as fs from 'node:fs';
import { promisify } from 'node:util';

export interface FileStatus {
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

/** A file descriptor of the operating system. */
export type FileDescriptor = number;

/** Every call by which the driver touches the disk. Rejects with Node's errors, whose `code` names the cause. */
export interface FileSystem {
  openForReading(path: string): Promise<FileDescriptor>;
  /** Opens for writing at any position, and makes the file where there is none. */
  openForWriting(path: string): Promise<FileDescriptor>;
  read(file: FileDescriptor, target: Uint8Array, position: number): Promise<number>;
  /** Writes all of `pieces`, one behind the other, from `position` on. */
  write(file: FileDescriptor, pieces: readonly Uint8Array[], position: number): Promise<void>;
  status(file: FileDescriptor): Promise<FileStatus>;
  truncate(file: FileDescriptor, size: number): Promise<void>;
  sync(file: FileDescriptor): Promise<void>;
  close(file: FileDescriptor): Promise<void>;
  statusOf(path: string): Promise<FileStatus>;
  rename(from: string, to: string): Promise<void>;
  /** Gives a file a second name. */
  link(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Makes the folder and those above it; gives the first that was made, or `undefined` where all were there. */
  makeFolder(path: string): Promise<string | undefined>;
  syncFolder(path: string): Promise<void>;
  list(path: string): Promise<fs.Dirent[]>;
  /** Of the disk that the path lies on: bytes that we may write, and all there are. */
  space(path: string): Promise<{ readonly free: number; readonly total: number }>;
}

const openFile = promisify(fs.open);
const readFile = promisify(fs.read);
const writeFile = promisify(fs.writev);
const fstat = promisify(fs.fstat);
const ftruncate = promisify(fs.ftruncate);
const fsync = promisify(fs.fsync);
const closeFile = promisify(fs.close);

/** Descriptors and callbacks rather than FileHandles: half the cost for each call on the path of a pull. */
export const nodeFileSystem: FileSystem = {
  openForReading: (path) => openFile(path, 'r'),
  openForWriting: (path) => openFile(path, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600),
  read: async (file, target, position) => (await readFile(file, target, 0, target.byteLength, position)).bytesRead,
  write: async (file, pieces, position) => {
    let rest = [...pieces];
    let at = position;
    while (rest.length > 0) {
      const { bytesWritten } = await writeFile(file, rest, at);
      at += bytesWritten;
      rest = after(rest, bytesWritten);
    }
  },
  status: async (file) => statusFrom(await fstat(file)),
  truncate: (file, size) => ftruncate(file, size),
  sync: (file) => fsync(file),
  close: (file) => closeFile(file),
  statusOf: async (path) => statusFrom(await fs.promises.stat(path)),
  rename: (from, to) => fs.promises.rename(from, to),
  link: (from, to) => fs.promises.link(from, to),
  unlink: (path) => fs.promises.unlink(path),
  makeFolder: (path) => fs.promises.mkdir(path, { recursive: true, mode: 0o700 }),
  syncFolder: async (path) => {
    const folder = await openFile(path, 'r');
    try {
      await fsync(folder);
    } finally {
      await closeFile(folder);
    }
  },
  list: (path) => fs.promises.readdir(path, { withFileTypes: true }),
  space: async (path) => {
    const { bsize, bavail, blocks } = await fs.promises.statfs(path);
    return { free: bavail * bsize, total: blocks * bsize };
  },
};

function statusFrom(stats: fs.Stats): FileStatus {
  return { size: stats.size, modifiedAt: stats.mtimeMs };
}

/** What is left of `pieces` once `written` bytes have been taken from their front. */
function after(pieces: readonly Uint8Array[], written: number): Uint8Array[] {
  const rest: Uint8Array[] = [];
  let skip = written;
  for (const piece of pieces) {
    if (skip >= piece.byteLength) skip -= piece.byteLength;
    else {
      rest.push(skip === 0 ? piece : piece.subarray(skip));
      skip = 0;
    }
  }
  return rest;
}
