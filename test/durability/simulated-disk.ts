import { Dirent } from 'node:fs';
import { dirname } from 'node:path';
import type { FileDescriptor, FileStatus, FileSystem } from '../../src/storage/filesystem/file-system.js';

interface Inode {
  bytes: Buffer;
  /** What a power cut leaves of them. */
  durable: Buffer;
}

type Entry = Inode | 'folder';

/** More than any test writes. */
const SPACE = 2 ** 40;

/**
 * A disk that tells apart what was written from what would survive a power cut: bytes survive once their file is synced,
 * names (made, moved or removed) once their folder is. It promises no more than POSIX does.
 */
export class SimulatedDisk implements FileSystem {
  #names = new Map<string, Entry>();
  #durableNames = new Map<string, Entry>();
  readonly #open = new Map<FileDescriptor, Inode>();
  #nextDescriptor = 3;

  /** `root` and the folders above it are there and durable. */
  constructor(root: string) {
    for (let path = root; path !== dirname(path); path = dirname(path)) {
      this.#names.set(path, 'folder');
      this.#durableNames.set(path, 'folder');
    }
  }

  get openFiles(): number {
    return this.#open.size;
  }

  /** The disk as it would be found: after a power cut nothing unsynced is there, after a kill -9 everything. */
  afterwards(what: 'power cut' | 'kill'): SimulatedDisk {
    const found = new SimulatedDisk('/');
    const inodes = new Map<Inode, Inode>();
    const names = what === 'kill' ? this.#names : this.#durableNames;
    for (const [path, entry] of names) {
      found.#names.set(path, entry === 'folder' ? entry : survivor(entry, what, inodes));
    }
    found.#durableNames = new Map(found.#names);
    return found;
  }

  openForReading(path: string): Promise<FileDescriptor> {
    return attempt(() => this.#describe(this.#inode(path)));
  }

  openForWriting(path: string): Promise<FileDescriptor> {
    return attempt(() => {
      if (this.#names.get(dirname(path)) !== 'folder') throw failure('ENOENT', path);
      if (!this.#names.has(path)) this.#names.set(path, { bytes: Buffer.alloc(0), durable: Buffer.alloc(0) });
      return this.#describe(this.#inode(path));
    });
  }

  read(file: FileDescriptor, target: Uint8Array, position: number): Promise<number> {
    return attempt(() => this.#file(file).bytes.copy(target, 0, position));
  }

  write(file: FileDescriptor, pieces: readonly Uint8Array[], position: number): Promise<void> {
    return attempt(() => {
      const inode = this.#file(file);
      const written = Buffer.concat(pieces);
      const grown = Buffer.alloc(Math.max(inode.bytes.byteLength, position + written.byteLength));
      inode.bytes.copy(grown);
      written.copy(grown, position);
      inode.bytes = grown;
    });
  }

  status(file: FileDescriptor): Promise<FileStatus> {
    return attempt(() => ({ size: this.#file(file).bytes.byteLength, modifiedAt: 0 }));
  }

  truncate(file: FileDescriptor, size: number): Promise<void> {
    return attempt(() => {
      const inode = this.#file(file);
      const cut = Buffer.alloc(size);
      inode.bytes.copy(cut);
      inode.bytes = cut;
    });
  }

  sync(file: FileDescriptor): Promise<void> {
    return attempt(() => {
      const inode = this.#file(file);
      inode.durable = inode.bytes;
    });
  }

  close(file: FileDescriptor): Promise<void> {
    return attempt(() => {
      this.#file(file);
      this.#open.delete(file);
    });
  }

  statusOf(path: string): Promise<FileStatus> {
    return attempt(() => ({ size: this.#inode(path).bytes.byteLength, modifiedAt: 0 }));
  }

  rename(from: string, to: string): Promise<void> {
    return attempt(() => {
      if (this.#names.get(dirname(to)) !== 'folder') throw failure('ENOENT', to);
      this.#names.set(to, this.#inode(from));
      this.#names.delete(from);
    });
  }

  link(from: string, to: string): Promise<void> {
    return attempt(() => {
      if (this.#names.get(dirname(to)) !== 'folder') throw failure('ENOENT', to);
      if (this.#names.has(to)) throw failure('EEXIST', to);
      this.#names.set(to, this.#inode(from));
    });
  }

  unlink(path: string): Promise<void> {
    return attempt(() => {
      this.#inode(path);
      this.#names.delete(path);
    });
  }

  makeFolder(path: string): Promise<string | undefined> {
    return attempt(() => {
      let first: string | undefined;
      for (let made = path; !this.#names.has(made); made = dirname(made)) {
        this.#names.set(made, 'folder');
        first = made;
      }
      return first;
    });
  }

  syncFolder(path: string): Promise<void> {
    return attempt(() => {
      for (const name of this.#durableNames.keys()) {
        if (dirname(name) === path && name !== path && !this.#names.has(name)) this.#durableNames.delete(name);
      }
      for (const [name, entry] of this.#names) {
        if (dirname(name) === path && name !== path) this.#durableNames.set(name, entry);
      }
    });
  }

  list(path: string): Promise<Dirent[]> {
    return attempt(() =>
      [...this.#names]
        .filter(([name]) => dirname(name) === path && name !== path)
        .map(([name, entry]) => direntOf(name.slice(path.length + 1), path, entry === 'folder')),
    );
  }

  space(): Promise<{ readonly free: number; readonly total: number }> {
    return attempt(() => ({ free: SPACE, total: SPACE }));
  }

  #describe(inode: Inode): FileDescriptor {
    const descriptor = this.#nextDescriptor++;
    this.#open.set(descriptor, inode);
    return descriptor;
  }

  #inode(path: string): Inode {
    const entry = this.#names.get(path);
    if (entry === undefined) throw failure('ENOENT', path);
    if (entry === 'folder') throw failure('EISDIR', path);
    return entry;
  }

  #file(file: FileDescriptor): Inode {
    const inode = this.#open.get(file);
    if (!inode) throw failure('EBADF', String(file));
    return inode;
  }
}

/** The inode as it is found, once for all the names it has. */
function survivor(inode: Inode, what: 'power cut' | 'kill', known: Map<Inode, Inode>): Inode {
  const bytes = what === 'kill' ? inode.bytes : inode.durable;
  const found = known.get(inode) ?? { bytes, durable: bytes };
  known.set(inode, found);
  return found;
}

/** An error as Node's file system gives it. */
export function failure(code: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: simulated, '${path}'`), { code, syscall: 'simulated', path });
}

async function attempt<Result>(run: () => Result): Promise<Result> {
  return run();
}

function direntOf(name: string, parentPath: string, isFolder: boolean): Dirent {
  return Object.assign(new Dirent(), { name, parentPath, isDirectory: () => isFolder, isFile: () => !isFolder });
}
